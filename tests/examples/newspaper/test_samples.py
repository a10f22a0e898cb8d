"""The file of sample comments fits the articles, and can be sent from top to bottom."""

from examples.newspaper.articles import articles
from examples.newspaper.seed import samples


def test_samples_can_be_sent_in_their_order() -> None:
    seen: set[str] = set()
    for sample in samples():
        assert sample.id not in seen
        assert sample.to is None or sample.to in seen
        assert not sample.thread or sample.thread in articles()
        seen.add(sample.id)
    assert 45 <= len(seen) <= 60


def test_what_is_edited_or_rejected_says_how() -> None:
    for sample in samples():
        assert sample.edited is None or sample.then == "approve"
        assert (sample.reason is not None) == (sample.then == "reject")
