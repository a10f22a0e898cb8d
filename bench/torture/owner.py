"""A supervisor of an embedded server, and nothing else: `python -m bench.torture.owner DATA_DIR`.

It says `up` and how long that took, s, or `refused`; then it waits to be killed.
"""

import sys
import time
from pathlib import Path

from service.supervision.errors import StartRefused
from service.supervision.valkey import EmbeddedValkey


def main(data_dir: Path) -> None:
    """Own the folder, or say that another does."""
    server, began = EmbeddedValkey(data_dir, outlives_us=True), time.monotonic()
    try:
        server.start()
    except StartRefused as refused:
        print("refused", refused, flush=True)
        return
    print("up", time.monotonic() - began, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
