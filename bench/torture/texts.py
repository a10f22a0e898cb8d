"""No text is too strange: each is judged without an error, and what was found lies inside of it.

Texts are drawn by hypothesis: any characters, letters and marks in any order, words that the checks look for,
the corpus of hostile ones. Every so often one is repeated up to 64 KiB, and its processor time is measured.
No service runs here: this is the library that workers, `POST /v1/check` and `codau check` share.
"""

import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from html.parser import HTMLParser
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from bench.torture.outcome import Outcome
from service.api.fields import MAX_BODY
from service.api.markup import html_of
from service.comments.model import State
from service.comments.policy import Policy
from service.comments.verdict import decide
from service.judging.fingerprint import fingerprint
from service.judging.judge import judge
from service.judging.model import Finding
from service.judging.search import words
from service.judging.text import clean, visible
from service.judging.vietnamese.restoration import restore
from service.judging.vietnamese.syllables import strip
from tests.hostile import texts
from tests.judging.test_judge import PIECES, RULES
from tests.judging.test_text import HOSTILE

LONG_BYTES = 64 * 1024
MOST_MS = 50.0
"""Processor time for a text of 64 KiB that a request may carry."""

AT_ONCE = 5_000
"""Texts of one run of hypothesis: it remembers each, and would grow."""


@dataclass(frozen=True, slots=True)
class Size:
    """How many texts, one of how many is made long, and where chance begins."""

    texts: int = 200_000
    long_of: int = 100
    seed: int = 1


SHORT = Size(texts=200, long_of=1_000)  # none: a test has no limit of time

_LETTERS = st.sampled_from(list("aăâeêioôơuưydđ bcghklmnpqrstvxwfjz0123456789.,:/@-_()[]\n"))
_MARKS = st.sampled_from([*"\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323\u200b\u200d\u202e\ufe0f"])
DRAWN = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
    HOSTILE,
    st.lists(PIECES | _LETTERS | _MARKS, max_size=60).map("".join),
    st.lists(PIECES, max_size=25).map(" ".join),
    st.lists(st.sampled_from([text[:100] for text in texts().values()]), max_size=2).map("".join),
)


@dataclass
class Found:
    """What was seen so far."""

    drawn: int = 0
    codes: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    long_ms: dict[str, float] = field(default_factory=dict)
    """Of texts of 64 KiB: processor time by the piece they repeat."""
    longest_taken_ms: float = 0.0


def run(size: Size, _: Path) -> Outcome:
    """Draw, hold, measure."""
    found = Found()
    judge("Bai viet rat hay, cam on toa soan", RULES)  # the tables are read
    for start in range(0, size.texts, AT_ONCE):
        _draw(found, size, min(AT_ONCE, size.texts - start), size.seed + start)
    worst = max(found.long_ms, key=found.long_ms.__getitem__, default="")
    return Outcome(
        {
            "texts drawn": found.drawn,
            "texts with a finding": found.codes["any"],
            "kinds of findings seen": len(found.codes) - 1,
            "texts of 64 KiB": len(found.long_ms),
            "longest of them, ms of processor": found.long_ms.get(worst, 0.0),
            "longest that a request may carry, ms of processor": found.longest_taken_ms,
        },
        found.broken[:20],
    )


def _draw(found: Found, size: Size, count: int, start: int) -> None:
    @seed(start)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(DRAWN)
    def attempt(raw: str) -> None:
        found.drawn += 1
        try:
            found.broken += [f"{law}: {raw!r}" for law in broken_laws(raw, found.codes)]
            if raw and found.drawn % size.long_of == 0:
                _measure(found, raw)
        except Exception as error:  # any is a finding, and the run goes on
            found.broken.append(f"{type(error).__name__} {error}: {raw!r}")

    attempt()


def broken_laws(raw: str, codes: Counter[str]) -> Iterator[str]:
    """Hold everything that is made of a text to what is promised of it; `codes` counts what was found."""
    text = clean(raw)
    apart, shown, judgement = clean(unicodedata.normalize("NFD", text)), visible(text), judge(text, RULES)
    codes.update(
        {finding.code for finding in judgement.findings} | ({"any"} if judgement.findings else set())
    )
    verdict = decide(judgement, Policy(), trusted=False)
    laws = {
        "is not in NFC": unicodedata.is_normalized("NFC", text) and unicodedata.is_normalized("NFC", shown),
        "is cleaned anew": clean(text) == text and clean(shown) == shown,
        "shows something else the second time": visible(shown) == shown,
        "keeps control characters": not any(
            unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text
        ),
        "has a span outside, or two that overlap": all(map(partial(_are_inside, text), judgement.findings)),
        "has a score beyond 0 to 1": all(0 <= one.score <= 1 for one in judgement.findings),
        "has a risk beyond 0 to 1": 0 <= judgement.risk <= 1,
        "is judged otherwise apart": judge(apart, RULES) == judgement,
        "is searched otherwise apart": words(apart) == words(text),
        "has another fingerprint apart": fingerprint(apart) == fingerprint(text),
        "changes more than its marks when restored": _letters(restore(text)) == _letters(text),
        "is suggested as it stands": judgement.suggestion != text,
        "becomes markup": _is_harmless(html_of(shown), shown),
        "is rejected for no reason": (verdict.state is State.REJECTED) == (verdict.reason is not None),
    }
    yield from (law for law, holds in laws.items() if not holds)


def _are_inside(text: str, finding: Finding) -> bool:
    """Whether its spans lie in the text, in order and apart, each with something in it."""
    ends = [0, *(at for span in finding.spans for at in span), len(text)]
    return ends == sorted(ends) and all(start < end for start, end in finding.spans)


def _letters(text: str) -> str:
    """What is to stay when marks are restored: letters in another dress lose that, what hides is left out."""
    return strip(unicodedata.normalize("NFKC", visible(text)))


class _Reader(HTMLParser):
    """Notes what a browser would make of a fragment."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.is_harmless = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self.text.append("\n")
        given = dict(attrs)
        is_link = tag == "a" and list(given) == ["href", "rel"]
        is_web = str(given.get("href")).lower().startswith(("http://", "https://"))
        self.is_harmless &= tag == "br" or (is_link and is_web)

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.is_harmless = False

    def handle_decl(self, decl: str) -> None:
        self.is_harmless = False

    def handle_pi(self, data: str) -> None:
        self.is_harmless = False

    def unknown_decl(self, data: str) -> None:
        self.is_harmless = False


def _is_harmless(html: str, text: str) -> bool:
    """Whether a fragment holds breaks and links to the web alone, and says what the text says."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.is_harmless and "".join(reader.text) == text


def _measure(found: Found, piece: str) -> None:
    """Repeat a piece up to 64 KiB and note the least time of a few attempts: others use the caches, too."""
    size = max(1, len(piece.encode()))
    text = (piece * (LONG_BYTES // size + 1)).encode()[:LONG_BYTES].decode(errors="ignore")
    spent = min(map(_spent_ms, [text] * (3 if _spent_ms(text) > MOST_MS else 1)))
    found.long_ms[piece] = spent
    if len(visible(clean(text))) <= MAX_BODY:
        found.longest_taken_ms = max(found.longest_taken_ms, spent)
        if spent > MOST_MS:
            found.broken.append(f"takes {spent:.0f} ms: {piece!r}")


def _spent_ms(text: str) -> float:
    began = time.process_time()
    for work in (clean, visible, fingerprint, partial(judge, rules=RULES)):
        work(clean(text))
    return (time.process_time() - began) * 1000
