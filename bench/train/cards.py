"""The data cards that stand beside the tables: from what, how, and where it is written how good they are."""

from bench.train.corpus import Streams
from bench.train.neighbours import COMMENT_WEIGHT, RAREST

NEIGHBOURS = """# neighbours.npz

Log-odds (times 12, int8) that a word without marks is right so: by itself for the words listed, and given the
stripped word before it or after it for the 2,000 commonest. Beside them the marked syllables that people
type, and the words whose letters happen to be Telex keys, with the log-odds (times 10) that they are.

How good, on the dev set: of 1,562 proper texts of three and more syllables none is rejected and 1.0 % are
flagged; of 584 that need no mark 0.9 % are rejected; of 3,826 lacking ones of six and more syllables 0.08 %
are not seen, of 974 of three to five 0.6 %. The restorer has a part in this.
"""

SEQUENCES = """# sequences.npz

How often words, with their marks, follow each other: 40-bit hashes of two and three words, their counts as
steps of the logarithm, the factor for words never seen after them (Katz), and the ways to mark each stripped
word.

How good, on the dev set: 97.9 % of the syllables of news are restored, 93.6 % of VnExpress comments, 92.2 %
of other comments and reviews.
"""

MADE = "2026-11-23"

_FROM = """
## From

Counts only, summed over the corpora below; what was seen fewer than {rarest} times is left out. A sighting
in comments, reviews and messages weighs {weight}, one in news 1. Lines that are not marked Vietnamese, lines
seen before and every line of the dev sets were left out. No text of the corpora is in the tables.

| corpus | tokens |
| --- | --- |
{rows}

## How and when

`python -m bench.train --data FOLDER`, the same to the byte each time; last on {made}. All figures:
docs/vietnamese.md, printed by `python -m bench.train.evaluate --data FOLDER`.
"""


def card(opening: str, streams: Streams) -> str:
    """The card of one table, in Markdown."""
    rows = "\n".join(f"| {source} | {len(stream):,} |" for source, stream in streams.tokens.items())
    return opening + _FROM.format(rows=rows, rarest=RAREST, weight=COMMENT_WEIGHT, made=MADE)
