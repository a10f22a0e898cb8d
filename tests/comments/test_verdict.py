"""The verdict: every action for every code, what escalates, what decides, and who is published at once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.comments.model import State
from service.comments.policy import CODES, Policy
from service.comments.verdict import Verdict, decide
from service.judging.judge import risk
from service.judging.model import Finding, Judgement

DEFAULT = Policy.parsed({})


def found(code: str, *, escalated: bool = False, score: float = 0.9) -> Finding:
    return Finding(check="a check", code=code, score=score, spans=((0, 3),), escalated=escalated)


def judged(*findings: Finding, suspicion: float = 0.0) -> Judgement:
    return Judgement(findings, None, risk(findings, suspicion=suspicion), suspicion)


def verdict(*findings: Finding, policy: Policy = DEFAULT, trusted: bool = False) -> Verdict:
    return decide(judged(*findings), policy, trusted=trusted)


def actions(made: Verdict) -> dict[str, str]:
    return {finding.code: finding.action for finding in made.findings}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    ("action", "escalated", "state", "acted"),
    [
        ("ignore", False, State.PENDING, "ignore"),
        ("ignore", True, State.PENDING, "ignore"),
        ("flag", False, State.PENDING, "flag"),
        ("flag", True, State.REJECTED, "reject"),
        ("reject", False, State.REJECTED, "reject"),
        ("reject", True, State.REJECTED, "reject"),
    ],
)
def test_the_policy_decides_what_a_finding_does(
    code: str, action: str, escalated: bool, state: State, acted: str
) -> None:
    policy = Policy.parsed({"actions": {code: action}})
    made = verdict(found(code, escalated=escalated), policy=policy)
    assert made.state is state
    assert actions(made) == {code: acted}
    assert made.reason == (code if state is State.REJECTED else None)


def test_a_text_in_which_nothing_was_found_waits_for_a_moderator() -> None:
    made = verdict()
    assert (made.state, made.reason, made.findings) == (State.PENDING, None, ())


def test_the_first_rejecting_code_of_the_table_is_the_reason_in_whatever_order_it_was_found() -> None:
    made = verdict(
        found("spam", escalated=True), found("blocked_link"), found("link"), found("not_vietnamese")
    )
    assert made.reason == "blocked_link"
    assert list(actions(made)) == ["not_vietnamese", "blocked_link", "spam", "link"]


def test_a_flag_before_a_rejection_does_not_take_its_place_as_the_reason() -> None:
    assert verdict(found("suspect_word"), found("duplicate", escalated=True)).reason == "duplicate"


def test_what_was_found_is_kept_as_it_was_found() -> None:
    (kept,) = verdict(found("toxic", score=0.61)).findings
    assert (kept.check, kept.code, kept.action, kept.score, kept.spans) == (
        "a check",
        "toxic",
        "flag",
        0.61,
        ((0, 3),),
    )


def test_the_suggestion_is_passed_on() -> None:
    judgement = Judgement((found("partial_diacritics"),), "Bài viết rất hay", 0.6)
    assert decide(judgement, DEFAULT, trusted=False).suggestion == "Bài viết rất hay"


@pytest.mark.parametrize("louder", ["missing_diacritics", "raw_keystrokes"])
@pytest.mark.parametrize("quieter", ["partial_diacritics", "not_vietnamese"])
def test_a_finding_that_another_says_too_is_left_out(louder: str, quieter: str) -> None:
    assert actions(verdict(found(louder), found(quieter))) == {louder: "reject"}


def test_a_finding_is_not_left_out_for_one_that_the_policy_ignores() -> None:
    policy = Policy.parsed({"actions": {"missing_diacritics": "ignore"}})
    made = verdict(found("missing_diacritics"), found("partial_diacritics"), policy=policy)
    assert actions(made) == {"missing_diacritics": "ignore", "partial_diacritics": "flag"}


@pytest.mark.parametrize(
    ("trusted", "at_once", "finding", "state"),
    [
        (True, True, None, State.PUBLISHED),
        (True, False, None, State.PENDING),
        (False, True, None, State.PENDING),
        (True, True, "link", State.PENDING),
        (True, True, "check_failed", State.PENDING),
        (True, True, "banned_word", State.REJECTED),
        (True, True, "shouting", State.PUBLISHED),
    ],
)
def test_only_a_trusted_author_without_a_flag_is_published_at_once(
    trusted: bool, at_once: bool, finding: str | None, state: State
) -> None:
    policy = Policy.parsed({"trusted": {"publish_at_once": at_once}, "actions": {"shouting": "ignore"}})
    findings = () if finding is None else (found(finding),)
    assert verdict(*findings, policy=policy, trusted=trusted).state is state


def test_a_finding_that_the_policy_ignores_adds_no_risk() -> None:
    policy = Policy.parsed({"actions": {"not_vietnamese": "ignore"}})
    both = verdict(found("not_vietnamese"), found("toxic"), policy=policy)
    assert both.risk == verdict(found("toxic")).risk
    assert verdict(found("not_vietnamese"), policy=policy).risk == verdict().risk


@given(
    st.lists(
        st.builds(found, st.sampled_from(CODES), escalated=st.booleans(), score=st.floats(0, 1)), max_size=4
    ),
    st.dictionaries(st.sampled_from(CODES), st.sampled_from(["reject", "flag", "ignore"])),
    st.booleans(),
    st.floats(0, 1),
)
def test_a_verdict_is_in_order_whatever_was_found(
    findings: list[Finding], said: dict[str, Any], trusted: bool, suspicion: float
) -> None:
    policy = Policy.parsed({"actions": said, "trusted": {"publish_at_once": True}})
    made = decide(judged(*findings, suspicion=suspicion), policy, trusted=trusted)
    acted = {finding.action for finding in made.findings}
    assert (made.state is State.REJECTED) == (made.reason is not None) == ("reject" in acted)
    assert made.state is not State.PUBLISHED or (trusted and "flag" not in acted)
    assert 0 <= made.risk <= 1
    assert (made.risk >= 0.5) == bool(acted & {"flag", "reject"})
