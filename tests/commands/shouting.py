"""A program with the pipeline of `codau check` and work that costs nothing: `… shouting PROCESSES`.

Each line comes back in capitals, behind the number of the process that made them.
"""

import os
import sys

from service.commands.pipeline import Pipeline


def shouted(chunk: bytes) -> bytes:
    return b"".join(b"%d %s\n" % (os.getpid(), line.upper()) for line in chunk.split(b"\n"))


if __name__ == "__main__":
    Pipeline(0, 1, shouted, processes=int(sys.argv[1]), tell=lambda count, read: None).run()
