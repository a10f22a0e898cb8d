"""How well texts are judged, on diacritics.dev.tsv: what is found, by kind of text and length."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from service.judging.checks.diacritics import diacritics
from service.judging.checks.keystrokes import keystrokes
from service.judging.checks.language import language
from service.judging.reading import read

DEV_SET = "diacritics.dev.tsv"
_LENGTHS = ((1, 2), (3, 5), (6, 10), (11, 10_000))
_PROPER = ("pos_news", "pos_soc")
_NEEDS_NONE = ("nat_plain_ok", "plain_clause", "plain_hand", "plain_run")
_LACKING = ("strip_news", "strip_soc", "nat_unmarked", "nat_sms")
_REJECTED = ("missing_diacritics", "raw_keystrokes")


@dataclass(frozen=True, slots=True)
class Judged:
    """One text of the set, with the code of the first finding, or "" for none."""

    kind: str
    syllables: int
    text: str
    code: str


def judge(path: Path) -> list[Judged]:
    """Judge every text of the set: label, kind, number of syllables, text."""
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n") if line]
    return [Judged(kind, int(length), text, _code(text)) for _, kind, length, text in rows]


def _code(text: str) -> str:
    reading = read(text)
    findings = [*keystrokes(reading), *diacritics(reading), *language(reading)]
    return findings[0].code if findings else ""


def report(path: Path) -> None:
    """Print a table by kind, and the figures that stand in the goals."""
    judged = judge(path)
    codes = ("", "missing_diacritics", "partial_diacritics", "raw_keystrokes", "not_vietnamese")
    print("| kind | syllables | nothing | missing | partial | keystrokes | language |\n|" + " --- |" * 7)
    for kind in sorted({text.kind for text in judged}):
        for least, most in _LENGTHS:
            found = Counter(t.code for t in judged if t.kind == kind and least <= t.syllables <= most)
            if found:
                cells = " | ".join(str(found[code]) for code in codes)
                print(f"| {kind} | {least}–{most if most < 10_000 else ''} | {cells} |")
    _goals(judged)


def _goals(judged: list[Judged]) -> None:
    _share("proper of 3 and more rejected", judged, _PROPER, (3, 10_000), _REJECTED)
    _share("proper of 3 and more flagged", judged, _PROPER, (3, 10_000), ("partial_diacritics",))
    _share("proper that need no mark rejected", judged, _NEEDS_NONE, (1, 10_000), _REJECTED)
    _share("proper that need no mark flagged", judged, _NEEDS_NONE, (1, 10_000), ("partial_diacritics",))
    for least, most in ((1, 2), (3, 5), (6, 10_000)):
        span = f"of {least}–{most}" if most < 10_000 else "of 6 and more"
        _share(f"lacking {span} not seen", judged, _LACKING, (least, most), ("", "not_vietnamese"))
        _share(f"lacking {span} without any finding", judged, _LACKING, (least, most), ("",))
        _share(f"lacking {span} not rejected", judged, _LACKING, (least, most), _NOT_REJECTED)
    gaming = ("game_news", "game_soc")
    _share("gaming of 3–5 not seen", judged, gaming, (3, 5), ("", "not_vietnamese"))
    _share("gaming of 6 and more not seen", judged, gaming, (6, 10_000), ("", "not_vietnamese"))
    _share("keystrokes not seen as such", judged, ("telex", "vni"), (1, 10_000), ("", *_NOT_KEYSTROKES))
    everything_else = tuple({text.kind for text in judged} - {"telex", "vni"})
    _share("keystrokes seen wrongly", judged, everything_else, (1, 10_000), ("raw_keystrokes",))
    _share("English rejected", judged, ("english",), (1, 10_000), _REJECTED)
    _share("English not seen as such", judged, ("english",), (1, 10_000), ("",))


_NOT_REJECTED = ("", "not_vietnamese", "partial_diacritics")
_NOT_KEYSTROKES = ("not_vietnamese", "partial_diacritics", "missing_diacritics")


def _share(
    what: str,
    judged: list[Judged],
    kinds: tuple[str, ...],
    length: tuple[int, int],
    codes: tuple[str, ...],
) -> None:
    texts = [t for t in judged if t.kind in kinds and length[0] <= t.syllables <= length[1]]
    hit = sum(text.code in codes for text in texts)
    print(f"{what}: {hit} of {len(texts)}, {100 * hit / max(1, len(texts)):.2f} %")
