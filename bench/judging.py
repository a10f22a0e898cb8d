"""Measure the checks: `python -m bench.judging --data FOLDER` prints every figure of docs/judging.md.

Nothing here is trained; where a model would have seen what it is measured on, it is trained again without it.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from functools import cache
from itertools import product
from pathlib import Path
from unittest import mock

import numpy as np
import numpy.typing as npt

from bench.train.logistic import Example, train
from bench.train.weights import OUR_ADS, SPAM, TOXIC, example, lines, own, spam_examples, toxic_examples
from service.comments.policy import Policy
from service.comments.verdict import decide
from service.judging.checks import toxic
from service.judging.checks.spam import without_a_term
from service.judging.checks.toxic import WITHOUT_A_TERM, toxic_signs
from service.judging.judge import judge
from service.judging.linear import Linear
from service.judging.text import clean

_FOLDS = 5

_Kinds = Counter[tuple[str, str, str]]
"""Texts by corpus, label and kind."""


def main() -> int:
    """Read, judge, print; a few minutes."""
    parser = argparse.ArgumentParser(prog="python -m bench.judging", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with corpus/ and labelled/")
    data = parser.parse_args().data
    published(data)
    advertising(data)
    insult(data)
    risk(data)
    return 0


def published(data: Path) -> None:
    """Comments that a newspaper published: how many would be rejected or flagged, by code, and how fast."""
    texts = [text for text in map(clean, lines(data / "corpus" / "victsd.txt.xz")) if text]
    codes: Counter[str] = Counter()
    sure: Counter[tuple[str, float]] = Counter()
    rejected = flagged = 0
    spent = []
    for text in texts:
        started = time.thread_time()
        findings = judge(text).findings
        spent.append(time.thread_time() - started)
        rejecting = [one for one in findings if one.escalated or one.code in _REJECTING]
        rejected += bool(rejecting)
        flagged += bool(findings) and not rejecting
        codes.update(finding.code for finding in findings)
        sure.update((one.code, step) for one in findings for step in _STEPS if one.score >= step)
    share = 100 / len(texts)
    print(f"published comments: {len(texts):,}")
    print(f"  rejected {rejected * share:.2f} %, flagged {flagged * share:.2f} %")
    print("  " + ", ".join(f"{code} {times * share:.2f} %" for code, times in codes.most_common()))
    for code in ("spam", "toxic"):
        told = (f"{step}: {sure[code, step] * share:.2f} %" for step in _STEPS)
        print(f"  {code} with a score from", ", ".join(told))
    median, last = np.quantile(np.array(spent) * 1e6, [0.5, 0.99])
    print(f"  processor time of one: median {median:.0f} µs, 99th percentile {last:.0f} µs")


_STEPS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
"""Thresholds to choose from, as docs/policy.md shows them."""

_REJECTING = frozenset(
    ["banned_author", "missing_diacritics", "raw_keystrokes", "banned_word", "blocked_link"]
)


def advertising(data: Path) -> None:
    """Our own advertisements and talk, each judged by a model that has not seen it."""
    kinds = [(name, row[0].partition(";")[0], row[1]) for name in OUR_ADS for row in own(name)]
    examples = spam_examples(data)
    ours, others = examples[: len(kinds)], examples[len(kinds) :]
    order = random.Random(2).sample(range(len(ours)), len(ours))  # noqa: S311 (the same folds each time)
    seen: _Kinds = Counter()
    for fold in range(_FOLDS):
        held = set(order[fold::_FOLDS])
        kept = [one for place, one in enumerate(ours) if place not in held]
        model = train([*kept, *others], SPAM)
        for place in held:
            seen[kinds[place]] += _spam_odds(model, ours[place]) >= 0
    for name, wanted in product(OUR_ADS, ("ad", "talk")):
        _show_kinds(f"{name}, {wanted}", seen, Counter(kind for kind in kinds if kind[:2] == (name, wanted)))


def _show_kinds(told: str, seen: _Kinds, written: _Kinds) -> None:
    hits, total = sum(seen[kind] for kind in written), written.total()
    by_kind = ", ".join(f"{kind[-1]} {seen[kind]}/{times}" for kind, times in written.items())
    print(f"{told}: {hits} of {total} flagged ({100 * hits / total:.1f} %): {by_kind}")


def _spam_odds(model: Linear, one: Example) -> float:
    return model.log_odds(one.pieces, one.signs) - without_a_term(one.signs)


def insult(data: Path) -> None:
    """The labelled dev sets, by a model that was trained on none of their texts."""
    model = _apart(data)
    for name, (file, clean_label) in _LABELLED.items():
        examples = _labelled(data / "labelled" / f"{file}.dev.tsv.xz", clean_label=clean_label)
        odds = np.array([_toxic_odds(model, one) for one in examples])
        toxic = np.array([one.positive for one in examples])
        print(f"{name}: macro-F1 {100 * _macro_f1(odds >= 0, toxic):.1f}, AUC {_auc(odds, toxic):.3f}")
        print(f"  {100 * np.mean(odds >= 0):.1f} % flagged, {100 * toxic.mean():.1f} % are")


def risk(data: Path) -> None:
    """The order of a queue by risk: harmful against clean, by weights learnt from none of the texts."""
    policy = Policy()
    for name, (file, clean_label) in _LABELLED.items():
        rows = [line.partition("\t") for line in lines(data / "labelled" / f"{file}.dev.tsv.xz")]
        texts = [clean(text) for _, _, text in rows]
        with mock.patch.object(toxic, "load", lambda _: _apart(data)):
            risks = np.array([decide(judge(text), policy, trusted=False).risk for text in texts])
        harmful = np.array([not label.startswith(clean_label) for label, _, _ in rows])
        print(f"{name}: risk, AUC {_auc(risks, harmful):.3f} ({harmful.sum()} harmful of {len(texts):,})")


_LABELLED = {"ViHSD, clean or not": ("vihsd", "0"), "ViCTSD, toxic or not": ("victsd", "0|")}
"""The dev sets: their files, and how the label of what is clean begins."""


@cache
def _apart(data: Path) -> Linear:
    """Train on all texts but those of the dev sets."""
    files = [data / "labelled" / f"{file}.dev.tsv.xz" for file, _ in _LABELLED.values()]
    held = {one.key for file in files for one in _labelled(file, clean_label="0")}
    return train([one for one in toxic_examples(data) if one.key not in held], TOXIC)


def _toxic_odds(model: Linear, one: Example) -> float:
    return model.log_odds(one.pieces, one.signs) - (0.0 if one.signs else WITHOUT_A_TERM)


def _labelled(path: Path, *, clean_label: str) -> list[Example]:
    rows = [line.partition("\t") for line in lines(path)]
    return [example(text, toxic_signs, not label.startswith(clean_label)) for label, _, text in rows]


def _macro_f1(said: npt.NDArray[np.bool_], true: npt.NDArray[np.bool_]) -> float:
    scores = []
    for wanted in (True, False):
        both = np.sum((said == wanted) & (true == wanted))
        scores.append(2 * both / (np.sum(said == wanted) + np.sum(true == wanted)))
    return float(np.mean(scores))


def _auc(odds: npt.NDArray[np.float64], true: npt.NDArray[np.bool_]) -> float:
    """Area under the ROC curve: the share of pairs, one of each kind, in the right order; ties count half."""
    negative = np.sort(odds[~true])
    below = np.searchsorted(negative, odds[true], side="left")
    ties = np.searchsorted(negative, odds[true], side="right") - below
    return float((below + ties / 2).mean() / len(negative))


if __name__ == "__main__":
    raise SystemExit(main())
