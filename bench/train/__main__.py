"""Make the tables of service/judging/vietnamese: `python -m bench.train --data FOLDER`."""

import argparse
import sys
import time
from pathlib import Path

from bench.train import cards, corpus, neighbours, restorer, slips, tables


def main() -> int:
    """Read, count, write; about five minutes and 6 GB of memory."""
    parser = argparse.ArgumentParser(prog="python -m bench.train", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with corpus/ and the dev sets")
    parser.add_argument("--scratch", type=Path, help="keep what was read here, and use it again")
    given = parser.parse_args()
    try:
        streams = _streams(given.data, given.scratch)
    except corpus.MissingData as missing:
        print(missing, file=sys.stderr)
        return 2
    _make_neighbours(streams)
    _make_sequences(streams)
    return 0


def _streams(data: Path, scratch: Path | None) -> corpus.Streams:
    if scratch is not None and scratch.exists():
        return corpus.load(scratch)
    started = time.monotonic()
    streams = corpus.read(data)
    print(f"read {sum(map(len, streams.tokens.values())):,} tokens in {time.monotonic() - started:.0f} s")
    if scratch is not None:
        corpus.save(streams, scratch)
    return streams


def _make_neighbours(streams: corpus.Streams) -> None:
    made = neighbours.build(streams)
    slipped, slip_odds = slips.build(streams)
    arrays = {
        "words": tables.text_array(made.words),
        "alone": made.alone,
        "left": made.left,
        "right": made.right,
        "slips": tables.text_array(slipped),
        "slip_odds": slip_odds,
        "attested": tables.text_array(slips.attested(streams)),
    }
    print(tables.write("neighbours", arrays, cards.card(cards.NEIGHBOURS, streams)))


def _make_sequences(streams: corpus.Streams) -> None:
    print(tables.write("sequences", restorer.build(streams), cards.card(cards.SEQUENCES, streams)))


if __name__ == "__main__":
    raise SystemExit(main())
