"""The `codau` command. Its sub-commands are in `service.commands`; here is how all of them end.

Exit status: 0 done, 1 refused or failed, 2 a wrong option or setting. What went wrong is one line on standard
error.
"""

import sys

from service import settings
from service.commands import app
from service.commands.errors import Refused
from service.errors import Problem
from service.supervision.errors import StartRefused


def main() -> None:
    """Run the command line."""
    try:
        for name, meant in settings.misspelt():
            print(f"codau: {name} is no setting; did you mean {meant}?", file=sys.stderr)
        app()
    except settings.InvalidSettings as wrong:
        _end(str(wrong), 2)
    except (Refused, StartRefused, Problem, OSError) as refused:  # the last: a full disk, a folder of another
        _end(str(refused), 1)


def _end(why: str, status: int) -> None:
    print(f"codau: {why}", file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    main()
