"""Fit a linear model to examples: logistic regression with an L2 penalty, by L-BFGS in numpy; deterministic.

The examples and what they say are not its business: weights.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from service.judging.linear import SIZE, Linear, Places, damping

_STEP = 1 / 32
"""Weights are kept as whole steps in an int16."""

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


def ease_of(data: Design, power: float) -> _Vector:
    """Give by what each column is multiplied while it is fitted: the rarer it is, the less it is held down.

    The inverse document frequency (Spärck Jones, "A statistical interpretation of term specificity", 1972),
    as a share of that of a column that one example in a hundred has, to a power; 0 makes all alike.
    """
    having = np.bincount(data.columns, minlength=data.width) + 1
    ease: _Vector = (np.log(len(data.positive) / having) / np.log(100)) ** power
    return ease


@dataclass(frozen=True, slots=True)
class Fit:
    """How a model is fitted.

    Attributes:
        rarest: pieces that fewer examples have are left out.
        penalty: of the squares of weights.
        rarity: the power of `ease_of`.
        even: log-odds as fitted that are to mean one half.
        steeper: by what log-odds are multiplied then.
    """

    rarest: int
    penalty: float
    rarity: float
    even: float
    steeper: float = 1.0


def train(examples: Sequence[Example], fit: Fit) -> Linear:
    """Fit a model; weights of less than half a step are left out."""
    data = design(examples, fit.rarest)
    ease = ease_of(data, fit.rarity)
    eased = replace(data, values=data.values * ease[data.columns])
    x = minimise(loss_of(eased, fit.penalty), data.width + 1)
    fitted = np.rint(x[:-1] * ease * fit.steeper / _STEP).astype(np.int16)
    steps = np.zeros(SIZE, dtype=np.int32)
    steps[data.places] = fitted[: len(data.places)]
    signs = dict(zip(data.signs, fitted[len(data.places) :].tolist(), strict=True))
    return Linear(steps, signs, _STEP, fit.steeper * (float(x[-1]) - fit.even))
