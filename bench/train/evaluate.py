"""Print every figure of docs/vietnamese.md: `python -m bench.train.evaluate --data FOLDER`."""

import argparse
import sys
from pathlib import Path

from bench.train import decisions, restored, speed


def main() -> int:
    """Measure what the tables in the tree are worth; about a minute."""
    parser = argparse.ArgumentParser(prog="python -m bench.train.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with the dev sets")
    data = parser.parse_args().data
    missing = [name for name in (decisions.DEV_SET, restored.DEV_SET) if not (data / name).exists()]
    if missing:
        print(f"nothing was measured: {', '.join(missing)} not found in {data}", file=sys.stderr)
        return 2
    decisions.report(data / decisions.DEV_SET)
    restored.report(data / restored.DEV_SET)
    speed.report(data / decisions.DEV_SET)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
