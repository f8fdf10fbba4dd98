from botrunner.admin import inbox, load  # noqa: F401  # registered on import
