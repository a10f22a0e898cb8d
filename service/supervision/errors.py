"""Why something was not started. Not for HTTP: those errors are `service.errors`."""


class StartRefused(Exception):
    """It would be wrong, or of no use, to go on; the text is one line for the person at the terminal."""
