"""What partners learn: courses, scripts of Reels. The texts are in content/presets/training and presets/reels."""
