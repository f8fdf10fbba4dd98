"""Updates that Telegram brings by itself, instead of polling. Any receiver takes any bot's; its owner handles them."""
