"""The terminal of the commands, for those that move a site."""

from tests.commands.conftest import terminal

__all__ = ["terminal"]
