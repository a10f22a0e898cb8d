"""What judging costs: `python -m bench.judging_speed --data FOLDER` prints the times of docs/judging.md.

Processor time, by text the least of several rounds in alternation, so that what else the machine does counts
little; checks share work, which is told apart here as stages. Then what a new process takes to load
everything, and how much memory it has then.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from bench.train.weights import lines
from service.judging.checks.contact import contacts
from service.judging.checks.diacritics import diacritics
from service.judging.checks.hidden_characters import hidden_characters
from service.judging.checks.keystrokes import keystrokes
from service.judging.checks.language import language
from service.judging.checks.no_text import no_text
from service.judging.checks.repetition import repetition
from service.judging.checks.shouting import shouting
from service.judging.checks.spam import spam_score
from service.judging.checks.toxic import toxic_score
from service.judging.judge import judge
from service.judging.lexicon import terms
from service.judging.linear import pieces_of
from service.judging.links import links
from service.judging.reading import Reading, read
from service.judging.text import clean
from service.judging.vietnamese.restoration import restore
from service.judging.vietnamese.syllables import strip

Times = npt.NDArray[np.float64]
"""Microseconds, one for each text."""

TEXTS, ROUNDS = 1_500, 6

_STAGES: dict[str, Callable[[Reading], object]] = {
    "words": lambda reading: (reading.words, reading.keys),
    "marks": diacritics,
    "keystrokes": keystrokes,
    "language": language,
    "terms of the lists": lambda reading: reading.once(terms),
    "contacts": lambda reading: reading.once(contacts),
    "links": lambda reading: reading.once(links),
    "pieces of the models": pieces_of,
    "spam": spam_score,
    "insult": toxic_score,
    "form": lambda reading: (
        no_text(reading.text),
        hidden_characters(reading),
        shouting(reading.text),
        repetition(reading),
    ),
}

_LOADED = """
import time
from pathlib import Path
import workers.validator
started = time.process_time()
from service.judging.judge import judge
judge("Toi khong biet tai sao lai nhu vay nua, that la buon")
took = time.process_time() - started
status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
print(f"everything loaded, a first suggestion made: {took:.2f} s of processor time")
now, most = (int(status[name].split()[0]) // 1024 for name in ("VmRSS", "VmHWM"))
print(f"memory of a worker then: {now} MiB, {most} MiB at most")
"""


def main() -> int:
    """Measure and print; a minute."""
    parser = argparse.ArgumentParser(prog="python -m bench.judging_speed", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with corpus/")
    published = lines(parser.parse_args().data / "corpus" / "victsd.txt.xz")
    texts = [text for text in map(clean, published) if text][:TEXTS]
    _print_all(texts)
    _print_stages(texts)
    unmarked = [strip(text) for text in texts if 20 <= len(text.split()) <= 40][:200]
    _print("suggestion, 20 to 40 words", _least(restore, unmarked, rounds=2))
    subprocess.run([sys.executable, "-c", _LOADED], check=True)  # noqa: S603  (our own text, in a new process)
    return 0


def _print_all(texts: list[str]) -> None:
    words = np.array([len(text.split()) for text in texts])
    print(f"{len(texts):,} published comments, {np.median(words):.0f} words in the median, {ROUNDS} rounds")
    times = _least(judge, texts)
    _print("all checks", times)
    _print("all checks, 25 to 35 words", times[(words >= 25) & (words <= 35)])
    _print("all checks, up to 10 words", times[words <= 10])
    print(f"all checks: {1e6 / times.mean():,.0f} comments a second")


def _least(work: Callable[[str], object], texts: list[str], rounds: int = ROUNDS) -> Times:
    """Time the work on each text, the least of some rounds."""
    for text in texts[:100]:
        work(text)
    least: Times = np.array([[_timed(work, text) for text in texts] for _ in range(rounds)]).min(axis=0)
    return least


def _timed(work: Callable[..., object], given: object) -> float:
    started = time.thread_time_ns()
    work(given)
    return (time.thread_time_ns() - started) / 1_000


def _print_stages(texts: list[str]) -> None:
    """Time the stages in their order: each finds what those before it left."""
    idle = min(_timed(lambda _: None, None) for _ in range(1_000))
    taken = {name: np.full(len(texts), np.inf) for name in ("reading", *_STAGES)}
    for _ in range(ROUNDS):
        for number, text in enumerate(texts):
            taken["reading"][number] = min(taken["reading"][number], _timed(read, text) - idle)
            reading = read(text)
            for name, stage in _STAGES.items():
                taken[name][number] = min(taken[name][number], _timed(stage, reading) - idle)
    for name, times in taken.items():
        _print(f"  {name}", times)


def _print(what: str, times: Times) -> None:
    median, last = np.quantile(times, [0.5, 0.99])
    print(f"{what}: median {median:.1f} µs, 99th percentile {last:.0f} µs")


if __name__ == "__main__":
    raise SystemExit(main())
