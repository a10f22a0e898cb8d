"""How well marks are restored, on restore.dev.tsv: the share of syllables that come out as they were."""

from collections import Counter
from pathlib import Path

from service.judging.vietnamese.restoration import restore
from service.judging.vietnamese.syllables import fold
from service.judging.vietnamese.words import words_of

DEV_SET = "restore.dev.tsv"


def report(path: Path) -> None:
    """Print the share for each source; both placements of the tone count as one."""
    right: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for line in path.read_text(encoding="utf-8").split("\n"):
        if not line:
            continue
        source, stripped, gold = line.split("\t")
        for got, wanted in zip(words_of(restore(stripped)).tokens, words_of(gold).tokens, strict=True):
            if wanted.isalpha():
                every[source] += 1
                right[source] += fold(got) == fold(wanted)
    for source, total in sorted(every.items()):
        print(f"restored {source}: {right[source]} of {total}, {100 * right[source] / total:.2f} %")
