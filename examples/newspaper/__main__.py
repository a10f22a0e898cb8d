"""Start the newspaper: ``python -m examples.newspaper``; stopped by SIGTERM or Ctrl-C."""

from __future__ import annotations

import logging
import sys

from aiohttp import web

from examples.newspaper.app import create_app
from examples.newspaper.settings import SettingsError, read_settings


def main() -> None:
    """Run until told to stop; exits with 2 when a variable is wrong."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s newspaper %(levelname)s %(message)s")
    try:
        settings = read_settings()
    except SettingsError as error:
        sys.exit(f"newspaper: {error}")
    web.run_app(create_app(settings), host=settings.host, port=settings.port, access_log=None)


if __name__ == "__main__":
    main()
