class BackupError(Exception):
    """A sentence for the person at the terminal or at the page; never with an address or a password."""
