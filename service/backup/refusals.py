"""Why a backup was not made, or not put back."""


class BackupRefused(Exception):
    """The text is one line for the person at the terminal."""
