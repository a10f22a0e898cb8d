"""What a scenario came to is told in full, and what a client was told twice is noticed."""

import json
from pathlib import Path

import pytest

from bench.torture.ledger import Fate, Ledger
from bench.torture.outcome import Outcome, keep, percentile, percentiles


def test_a_promise_is_kept_when_nothing_is_wrong_and_nothing_late() -> None:
    assert Outcome({"comments": 3}).kept
    assert not Outcome({"comments": 3}, broken=["one was lost"]).kept
    assert not Outcome({"comments": 3}, late=["back within 9 s"]).kept


def test_the_table_tells_figures_and_what_was_broken() -> None:
    table = Outcome({"comments": 20_000, "took, s": 1.5}, ["one was lost"], ["back within 9 s"]).table()
    assert "| comments | 20,000 |\n| took, s | 1.50 |" in table
    assert table.endswith("broken: one was lost\nlate: back within 9 s")
    assert Outcome({}).table().endswith("The promise was kept.")


def test_an_outcome_is_kept_beside_what_the_scenario_left(tmp_path: Path) -> None:
    kept = json.loads(keep(Outcome({"rounds": 2}), "kills", {"rounds": 2}, tmp_path).read_bytes())
    assert (kept["scenario"], kept["size"], kept["figures"]) == ("kills", {"rounds": 2}, {"rounds": 2})


@pytest.mark.parametrize(("share", "figure"), [(50, 50), (99, 99), (100, 100), (1, 1)])
def test_a_percentile_is_the_smallest_that_so_many_do_not_exceed(share: int, figure: int) -> None:
    assert percentile(range(100, 0, -1), share) == figure
    assert percentile([7.0], share) == 7.0


def test_no_times_are_told_as_none() -> None:
    assert percentiles("back", []) == {"back: none": 0}


def test_a_ledger_notes_before_and_after_and_notices_a_second_id(tmp_path: Path) -> None:
    document = {"thread": "bai/1", "body": "Hay!"}
    with Ledger(tmp_path / "ledger") as ledger:
        for comment_id in ("a", "a", "b"):
            ledger.submitting("k", document)
            ledger.submitted("k", comment_id, "queued")
        ledger.deciding("n", "a", "approve")
        assert ledger.fates() == {Fate.OPEN: 1}
        ledger.decided("n", Fate.DONE)
        assert (ledger.acknowledged, ledger.fates()) == (1, {Fate.DONE: 1})
        assert ledger.wrong == ["k was acknowledged as a, then as b"]
    lines = [json.loads(line) for line in (tmp_path / "ledger").read_text(encoding="utf-8").splitlines()]
    assert [next(iter(line)) for line in lines] == [
        "submitting",
        *["submitted"] * 3,
        "deciding",
        "decided",
    ]
