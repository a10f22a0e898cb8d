"""The data cards that stand beside the tables: from what, how, and where it is written how good they are."""

from bench.train.corpus import Streams
from bench.train.neighbours import COMMENT_WEIGHT, RAREST

NEIGHBOURS = """# neighbours.npz

Log-odds (times 12, int8) that a word without marks is right so: by itself for the words listed, and given the
stripped word before it or after it for the 2,000 commonest.
"""

SEQUENCES = """# sequences.npz

How often words, with their marks, follow each other: 40-bit hashes of two and three words, their counts as
steps of the logarithm, the share of each count that no longer sequence explains, and the ways to mark each
stripped word.
"""

_FROM = """
## From

Counts only, summed over the corpora below; what was seen fewer than {rarest} times is left out. A sighting
in comments, reviews and messages weighs {weight}, one in news 1. Lines that are not marked Vietnamese, lines
seen before and every line of the dev sets were left out. No text of the corpora is in the tables.

| corpus | tokens |
| --- | --- |
{rows}

## How

`python -m bench.train --data FOLDER`, the same to the byte each time. How good it is: docs/vietnamese.md,
whose figures `python -m bench.train.evaluate --data FOLDER` prints.
"""


def card(opening: str, streams: Streams) -> str:
    """The card of one table, in Markdown."""
    rows = "\n".join(f"| {source} | {len(stream):,} |" for source, stream in streams.tokens.items())
    return opening + _FROM.format(rows=rows, rarest=RAREST, weight=COMMENT_WEIGHT)
