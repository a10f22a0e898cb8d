"""Why a command did not do what it was asked."""


class Refused(Exception):
    """The text is one line for the person at the terminal; the exit status is 1."""
