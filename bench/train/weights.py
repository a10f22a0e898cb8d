"""Train the weights of the checks `spam` and `toxic`: `python -m bench.train.weights --data FOLDER`.

Logistic regression with an L2 penalty, by L-BFGS in numpy; deterministic. Weights come only from texts whose
licence allows it, and from texts written for this project; see the cards it writes.
"""

from __future__ import annotations

import argparse
import lzma
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from service.judging.checks.spam import spam_signs
from service.judging.checks.toxic import toxic_signs
from service.judging.linear import SIZE, Linear, Places, damping, pieces_of
from service.judging.reading import Reading, read
from service.judging.text import clean

TABLES = Path(__file__).parents[2] / "service/judging/tables"
CASES = Path(__file__).parents[2] / "tests/cases"
_STEP = 1 / 64
"""Weights are kept as whole steps in an int16."""

# Where a half is put, chosen on dev sets: spam by five-fold cross-validation on tests/cases/spam.tsv (see
# docs/judging.md), toxic between the best points on ViHSD and on ViCTSD.
SPAM_EVEN, SPAM_STEEPER = -0.3, 1.0
TOXIC_EVEN = -0.6

_Vector = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A text to learn from: its pieces and signs, whether it is what is looked for, how much it counts."""

    pieces: Places
    signs: tuple[str, ...]
    positive: bool
    weight: float = 1.0

    @property
    def key(self) -> tuple[bytes, tuple[str, ...]]:
        """What texts that a model cannot tell apart have in common."""
        return self.pieces.tobytes(), self.signs


@dataclass(frozen=True, slots=True)
class Design:
    """Examples as a sparse matrix: for each entry its row, its column, its value.

    Columns are those of pieces that enough examples have, by rising place, then those of signs.
    """

    places: npt.NDArray[np.int64]
    signs: list[str]
    rows: npt.NDArray[np.int64]
    columns: npt.NDArray[np.int64]
    values: _Vector
    positive: _Vector
    weight: _Vector

    @property
    def width(self) -> int:
        """Columns."""
        return len(self.places) + len(self.signs)


def design(examples: Sequence[Example], rarest: int) -> Design:
    """Number the pieces that at least `rarest` examples have, and all signs."""
    having = np.zeros(SIZE, dtype=np.int64)
    for one in examples:
        having[one.pieces] += 1
    places = np.flatnonzero(having >= rarest)
    column = np.full(SIZE, -1, dtype=np.int64)
    column[places] = np.arange(len(places))
    signs = sorted({sign for one in examples for sign in one.signs})
    number = {sign: len(places) + place for place, sign in enumerate(signs)}
    columns = [
        np.concatenate([column[one.pieces], np.array([number[sign] for sign in one.signs], dtype=np.int64)])
        for one in examples
    ]
    values = [
        np.concatenate([np.full(len(one.pieces), damping(len(one.pieces))), np.ones(len(one.signs))])
        for one in examples
    ]
    rows = np.repeat(np.arange(len(examples)), [len(own) for own in columns])
    all_columns = np.concatenate(columns)
    known = all_columns >= 0
    return Design(
        places,
        signs,
        rows[known],
        all_columns[known],
        np.concatenate(values)[known],
        np.array([float(one.positive) for one in examples]),
        np.array([one.weight for one in examples]),
    )


def loss_of(data: Design, penalty: float) -> Callable[[_Vector], tuple[float, _Vector]]:
    """Give the function of weights and bias (last) that is made least, with its gradient."""
    size = data.width

    def loss(x: _Vector) -> tuple[float, _Vector]:
        sums = np.bincount(data.rows, data.values * x[data.columns], minlength=len(data.positive)) + x[size]
        signed = np.where(data.positive > 0, sums, -sums)
        value = float(data.weight @ np.logaddexp(0, -signed)) + penalty / 2 * float(x[:size] @ x[:size])
        slope = data.weight * (1 / (1 + np.exp(-sums)) - data.positive)
        gradient = np.bincount(data.columns, data.values * slope[data.rows], minlength=size)
        return value, np.append(gradient + penalty * x[:size], slope.sum())

    return loss


def minimise(loss: Callable[[_Vector], tuple[float, _Vector]], size: int, rounds: int = 200) -> _Vector:
    """L-BFGS with ten pairs and a halving line search (Nocedal and Wright, algorithm 7.4)."""
    x = np.zeros(size)
    value, gradient = loss(x)
    pairs: list[tuple[_Vector, _Vector]] = []
    for _ in range(rounds):
        step = _direction(gradient, pairs)
        length, descent = (
            1.0 if pairs else 1 / max(1.0, float(np.abs(gradient).max())),
            float(step @ gradient),
        )
        while True:
            after, after_gradient = loss(x + length * step)
            if after <= value + 1e-4 * length * descent or length < 1e-10:
                break
            length /= 2
        moved, turned = length * step, after_gradient - gradient
        if float(moved @ turned) > 1e-12:
            pairs = [*pairs[-9:], (moved, turned)]
        x, done = x + moved, abs(value - after) < 1e-7 * abs(value)
        value, gradient = after, after_gradient
        if done:
            break
    return x


def _direction(gradient: _Vector, pairs: list[tuple[_Vector, _Vector]]) -> _Vector:
    q, kept = gradient.copy(), []
    for moved, turned in reversed(pairs):
        share = float(moved @ q) / float(moved @ turned)
        q -= share * turned
        kept.append(share)
    if pairs:
        moved, turned = pairs[-1]
        q *= float(moved @ turned) / float(turned @ turned)
    for (moved, turned), share in zip(pairs, reversed(kept), strict=True):
        q += (share - float(turned @ q) / float(moved @ turned)) * moved
    return -q


def train(examples: Sequence[Example], *, rarest: int, penalty: float, even: float, steeper: float) -> Linear:
    """Fit a model; weights of less than half a step are left out.

    Args:
        examples: what to learn from.
        rarest: pieces that fewer examples have are left out.
        penalty: of the squares of weights.
        even: log-odds as fitted that are to mean one half.
        steeper: by what log-odds are multiplied then.
    """
    data = design(examples, rarest)
    x = minimise(loss_of(data, penalty), data.width + 1)
    fitted = np.rint(x[:-1] * steeper / _STEP).astype(np.int16)
    steps = np.zeros(SIZE, dtype=np.int32)
    steps[data.places] = fitted[: len(data.places)]
    signs = dict(zip(data.signs, fitted[len(data.places) :].tolist(), strict=True))
    return Linear(steps, signs, _STEP, steeper * (float(x[-1]) - even))


def save(name: str, model: Linear, card: str) -> str:
    """Write a table and its card."""
    TABLES.mkdir(exist_ok=True)
    np.savez_compressed(
        TABLES / f"{name}.npz",
        steps=model.steps.astype(np.int16),
        signs=np.frombuffer("\n".join(model.signs).encode(), dtype=np.uint8),
        sign_steps=np.array(list(model.signs.values()), dtype=np.int16),
        step=np.float64(model.step),
        bias=np.float64(model.bias),
    )
    (TABLES / f"{name}.md").write_text(card, encoding="utf-8")
    return f"{name}: {np.count_nonzero(model.steps):,} weights, {len(model.signs)} of signs"


def lines(path: Path) -> list[str]:
    """Read the texts of a compressed file."""
    with lzma.open(path, "rt", encoding="utf-8") as opened:
        return [line.rstrip("\n") for line in opened]


def own(name: str) -> list[list[str]]:
    """Read the rows of a corpus of cases written for this project."""
    rows = (CASES / name).read_text(encoding="utf-8").splitlines()
    return [row.split("\t") for row in rows if row and not row.startswith("#")]


def example(
    text: str, signs: Callable[[Reading], Iterable[str]], positive: bool, weight: float = 1.0
) -> Example:
    """Read a text as the checks do."""
    reading = read(clean(text))
    return Example(pieces_of(reading), tuple(signs(reading)), positive, weight)


def spam_examples(data: Path) -> list[Example]:
    """Advertisements and talk of our own, and comments, posts and news that are none."""
    rows = own("spam.tsv")
    examples = [example(text, spam_signs, label.startswith("ad"), 20.0) for label, _, text in rows]
    for name in ("safesense", "fbyt_fa", "fbyt_yo", "vihos", "ud_vtb", "underthesea_col"):
        texts = lines(data / "corpus" / f"{name}.txt.xz")
        examples += [example(text, spam_signs, positive=False) for text in texts]
    return examples


def toxic_examples(data: Path) -> list[Example]:
    """Labelled comments, toxic where labelled 1 or 2 or with a marked span; our own; the rest clean."""
    clean_ones = [row[-1] for row in own("ordinary.tsv") + own("spam.tsv") if not row[0].startswith("ad")]
    examples = [example(text, toxic_signs, False, 3.0) for text in clean_ones]
    examples += [example(row[1], toxic_signs, row[0].startswith("yes"), 3.0) for row in own("toxic.tsv")]
    for name, weight in (("safesense.train", 0.3), ("vihos.train", 1.0), ("vihos.dev", 1.0)):
        for line in lines(data / "labelled" / f"{name}.tsv.xz"):
            label, _, text = line.partition("\t")
            examples.append(example(text, toxic_signs, label not in ("0", "[]"), weight))
    for name in ("ud_vtb", "underthesea_col"):
        texts = lines(data / "corpus" / f"{name}.txt.xz")
        examples += [example(text, toxic_signs, False, 0.5) for text in texts]
    return examples


SPAM_CARD = """# spam.npz

Log-odds of runs of two to four letters, words, pairs of words (hashed to 2**18 places, numbers as 0) and
signs that a comment is an advertisement.

From: tests/cases/spam.tsv, written for this project (advertisements, and talk on the same subjects; each
counts 20), against comments and news that hold hardly any: safesense, fbyt_fa, fbyt_yo (CC BY-SA 4.0), vihos
(MIT), ud_vtb (CC BY-SA), underthesea_col (Apache-2.0). No text is in the table; pieces of fewer than three
texts are left out.

How: `python -m bench.train.weights --data FOLDER`, the same to the byte each time. How good it is:
docs/judging.md.
"""

TOXIC_CARD = """# toxic.npz

Log-odds of runs of two to four letters, words, pairs of words (hashed to 2**18 places, numbers as 0) and
signs that a comment insults.

From: vihos (MIT; any span marked) and, each a third, safesense (CC BY-SA 4.0; offensive and hate against
clean); ud_vtb (CC BY-SA) and underthesea_col (Apache-2.0) as clean, each a half; of tests/cases, written for
this project, toxic.tsv as labelled, talk and ordinary comments as clean, each three times. No text is in the
table; pieces of a single text are left out.

How: `python -m bench.train.weights --data FOLDER`, the same to the byte each time. How good it is:
docs/judging.md.
"""


def main() -> int:
    """Read, train, write; about a minute."""
    parser = argparse.ArgumentParser(prog="python -m bench.train.weights", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with corpus/ and labelled/")
    given = parser.parse_args()
    spam = train(spam_examples(given.data), rarest=3, penalty=3.0, even=SPAM_EVEN, steeper=SPAM_STEEPER)
    print(save("spam", spam, SPAM_CARD))
    toxic = train(toxic_examples(given.data), rarest=2, penalty=1.0, even=TOXIC_EVEN, steeper=1.0)
    print(save("toxic", toxic, TOXIC_CARD))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
