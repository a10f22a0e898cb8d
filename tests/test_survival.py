"""What was answered survives: the scenarios of `python -m bench.torture`, in short.

What took longer than is promised fails no test: the machine may be busy.
"""

from pathlib import Path

from bench.torture import kills, lost_replies
from bench.torture.outcome import Outcome

EACH_ONCE = 3
"""The seed under which three rounds kill API, worker and Valkey, each once."""


def figures(outcome: Outcome, beginning: str) -> list[object]:
    return [figure for what, figure in outcome.figures.items() if what.startswith(beginning)]


def test_whatever_is_killed_nothing_is_lost_and_nothing_happens_twice(tmp_path: Path) -> None:
    outcome = kills.run(kills.Size(rounds=3, comments=240, hooks=0, seed=EACH_ONCE), tmp_path)
    assert outcome.broken == []
    killed = {what: count for what, count in outcome.figures.items() if what.startswith("killed: ")}
    assert sorted(killed.values())[-3:] == [1, 1, 1], killed
    assert figures(outcome, "comments acknowledged") == [240]


def test_lost_replies_make_no_comment_twice_and_lose_none(tmp_path: Path) -> None:
    outcome = lost_replies.run(lost_replies.Size(comments=120), tmp_path)
    assert outcome.broken == []
    assert figures(outcome, "comments acknowledged") == [120]
