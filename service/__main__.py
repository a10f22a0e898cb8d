"""The `codau` command. Its sub-commands are in `service.commands`; here is how all of them end.

Exit status: 0 done, 1 refused or failed, 2 a wrong option or setting, 130 ended by Ctrl-C. What went wrong is
one line on standard error; nothing is said where the reader of the output has gone, which is 1, too.
"""

import os
import sys

from service import settings
from service.commands import app
from service.commands.errors import Refused
from service.commands.output import harmless
from service.errors import Problem
from service.supervision.errors import StartRefused


def main() -> None:
    """Run the command line."""
    try:
        for name, meant in settings.misspelt():
            print(f"codau: {name} is no setting; did you mean {meant}?", file=sys.stderr)
        try:
            app(prog_name="codau")
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()  # here, where an error is told as any other is
    except settings.InvalidSettings as wrong:
        _end(str(wrong), 2)
    except BrokenPipeError:
        _drop_output()
        sys.exit(1)
    except (Refused, StartRefused, Problem, OSError) as refused:  # the last: a full disk, a folder of another
        _end(str(refused), 1)


def _end(why: str, status: int) -> None:
    print(f"codau: {harmless(why)}", file=sys.stderr)
    _drop_output()
    sys.exit(status)


def _drop_output() -> None:
    """Let Python's own flush at the end find nothing to complain of, where what is left cannot be written."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
