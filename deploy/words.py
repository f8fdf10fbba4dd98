from pyinfra.api import QuoteString, StringCommand


def command(*words: str) -> StringCommand:
    """One program and its arguments, each as it is: pyinfra's own StringCommand quotes nothing by itself."""
    return StringCommand(*(QuoteString(word) for word in words))
