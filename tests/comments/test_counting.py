"""What a step adds to the statistics, and how durations are counted."""

import math
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from service.comments.counting import counts
from service.comments.durations import COARSE, bucket_of, percentile
from service.comments.model import ActedFinding, Author, Comment, Entry, Event, State

MINUTE = 60_000
Q, PE, PU, R = State.QUEUED, State.PENDING, State.PUBLISHED, State.REJECTED

SENT = Entry(Event.SUBMITTED, Q, "web", 0, text="Bài viết hay lắm!")
REVISED = Entry(Event.REVISED, Q, "web", 60 * MINUTE, text="Bài viết rất hay!")
EDITED = Entry(Event.EDITED, PE, "Lan", 2 * MINUTE, text="Bài viết hay!")
APPROVED = Entry(Event.APPROVED, PU, "Lan", 3 * MINUTE)
REFUSED = Entry(Event.REJECTED, R, "Hoa", 3 * MINUTE, reason="spam")
REOPENED = Entry(Event.REOPENED, PE, "Lan", 4 * MINUTE)


def judged(to: State, *findings: tuple[str, str]) -> Entry:
    """A verdict with findings: code and action."""
    acted = tuple(ActedFinding("check", code, action, 0.9) for code, action in findings)
    return Entry(Event.JUDGED, to, "worker", MINUTE, findings=acted)


def added(*log: Entry) -> set[str]:
    """What the last step adds; what it takes back begins with a minus."""
    comment = Comment("bao", "x", "t", Author("An"), log)
    return {
        ("-" if count.by < 0 else "") + ":".join(count.what)
        for count in counts(comment, len(log))
        if abs(count.by) == 1
    }


def opinions(*log: Entry) -> set[str]:
    return {figure for figure in added(*log) if "agreement" in figure}


def wait(ms: int) -> str:
    return f"wait:{bucket_of(ms)}"


def test_an_arrival_is_received() -> None:
    assert added(SENT) == {"received"}


def test_a_verdict_counts_its_state_and_each_code_once_what_is_ignored_aside() -> None:
    verdict = judged(PE, ("link", "flag"), ("link", "flag"), ("contact", "flag"), ("shouting", "ignore"))
    assert added(SENT, verdict) == {"state:pending", "code:link", "code:contact"}


def test_an_approval_counts_for_its_moderator_with_the_wait_it_ends() -> None:
    assert added(SENT, judged(PE), APPROVED) == {
        *("state:published", "decision:approved:Lan", "decided"),
        *(wait(3 * MINUTE), f"waited:{bucket_of(3 * MINUTE) // COARSE}"),
    }


def test_an_edit_is_a_decision_and_no_change_of_state() -> None:
    assert added(SENT, judged(PE), EDITED) == {"decision:edited:Lan"}


def test_a_wait_begins_with_the_text_that_is_decided_on() -> None:
    again = Entry(Event.JUDGED, PE, "worker", 61 * MINUTE)
    late = Entry(Event.APPROVED, PU, "Lan", 65 * MINUTE)
    assert wait(5 * MINUTE) in added(SENT, judged(R, ("no_text", "reject")), REVISED, again, late)


def test_only_the_first_decision_on_a_text_ends_a_wait() -> None:
    later = Entry(Event.APPROVED, PU, "Lan", 50 * MINUTE)
    taken_down = Entry(Event.REJECTED, R, "Lan", 50 * MINUTE)
    for log in ((SENT, judged(PE), REFUSED, REOPENED, later), (SENT, judged(PU), taken_down)):
        assert not any(figure.startswith("wait") for figure in added(*log))


def test_a_newsrooms_reply_is_published_and_neither_received_nor_decided() -> None:
    assert added(Entry(Event.REPLIED, PU, "Lan", 0, text="Cảm ơn bạn!")) == {"state:published"}


def test_a_rejection_upholds_the_flags_and_an_approval_as_it_is_overrules_them() -> None:
    flagged = judged(PE, ("link", "flag"), ("spam", "flag"), ("shouting", "ignore"))
    assert opinions(SENT, flagged, REFUSED) == {"agreement:upheld:link", "agreement:upheld:spam"}
    assert opinions(SENT, flagged, APPROVED) == {"agreement:overruled:link", "agreement:overruled:spam"}


def test_an_edited_approval_says_nothing_of_the_checks() -> None:
    flagged = judged(PE, ("link", "flag"))
    at_once = Entry(Event.APPROVED, PU, "Lan", 3 * MINUTE, text="Bài viết hay!")
    assert opinions(SENT, flagged, EDITED, APPROVED) == set()
    assert opinions(SENT, flagged, at_once) == set()


def test_a_checks_rejection_is_overruled_by_reopening_it_and_a_moderators_is_not() -> None:
    rejected = judged(R, ("spam", "reject"), ("link", "flag"))
    assert opinions(SENT, rejected, REOPENED) == {"agreement:overruled:spam"}
    assert opinions(SENT, judged(PE, ("link", "flag")), REFUSED, REOPENED) == set()


def test_an_undo_takes_the_opinion_back_on_the_day_it_was_given() -> None:
    undone = Entry(Event.UNDONE, PE, "Lan", APPROVED.at + 30_000)
    log = (SENT, judged(PE, ("link", "flag")), APPROVED, undone)
    assert added(*log) == {"state:pending", "decision:undone:Lan", "-agreement:overruled:link"}
    [taken_back] = [c for c in counts(Comment("bao", "x", "t", Author("An"), log), 4) if c.by < 0]
    assert taken_back.at == APPROVED.at


def test_a_step_counts_the_same_whatever_came_after_it() -> None:
    log = (SENT, judged(PE, ("link", "flag")), APPROVED)
    later = Comment("bao", "x", "t", Author("An"), (*log, Entry(Event.REJECTED, R, "Hoa", 99 * MINUTE)))
    earlier = Comment("bao", "x", "t", Author("An"), log)
    assert list(counts(later, 3)) == list(counts(earlier, 3))


@given(
    st.lists(st.integers(1, 400 * 86_400_000), min_size=1),
    st.sampled_from([0.5, 0.95, 1.0]),
    st.sampled_from([(1, 0.05), (COARSE, 0.21)]),
)
def test_a_percentile_is_near_the_true_one(
    durations: list[int], share: float, precision: tuple[int, float]
) -> None:
    width, error = precision
    buckets = Counter(bucket_of(ms) // width for ms in durations)
    true = sorted(durations)[math.ceil(share * len(durations)) - 1]
    found = percentile(buckets, share, width=width)
    assert found is not None
    assert abs(found - true) <= error * true + 0.5, "half a millisecond is lost by rounding"


def test_of_nothing_there_is_no_percentile() -> None:
    assert percentile({}, 0.5) is None
    assert percentile({7: 0}, 0.5) is None
