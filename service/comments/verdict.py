"""The verdict: what a site's policy makes of what the checks saw.

It decides where a comment goes next and why; it judges no text and stores nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from service.comments.model import ActedFinding, State
from service.comments.policy import Action, Policy
from service.comments.policy_sections import STRICTNESS
from service.judging.judge import risk
from service.judging.model import Finding, Judgement, in_order

_NEXT_STRICTER: dict[Action, Action] = {"ignore": "ignore", "flag": "reject", "reject": "reject"}

_SAYS_IT_TOO = {
    "partial_diacritics": ("missing_diacritics", "raw_keystrokes"),
    "not_vietnamese": ("missing_diacritics", "raw_keystrokes"),
}
"""Codes that say nothing more where one of the others was found."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a judged comment.

    Attributes:
        reason: the code that decided, of a rejected comment; else None.
        findings: in the order of the contract's table, ignored ones included.
        suggestion: the text with its marks restored, or None.
        risk: 0 to 1; what the policy ignores adds nothing, and a flagged comment stands above every other.
    """

    state: Literal[State.PENDING, State.REJECTED, State.PUBLISHED]
    reason: str | None
    findings: tuple[ActedFinding, ...]
    suggestion: str | None
    risk: float


def decide(judgement: Judgement, policy: Policy, *, trusted: bool) -> Verdict:
    """Apply a policy.

    Args:
        policy: the one in force for the comment's thread.
        trusted: whether the moderators trust its author.
    """
    acted = tuple(_without_echoes(_acted(judgement.findings, policy)))
    reason = next((finding.code for finding, action in acted if action == "reject"), None)
    standing = [finding for finding, action in acted if action != "ignore"]
    return Verdict(
        state=_state(reason is not None, bool(standing), trusted and policy.trusted.publish_at_once),
        reason=reason,
        findings=tuple([_recorded(finding, action) for finding, action in acted]),
        suggestion=judgement.suggestion,
        risk=risk(standing, suspicion=judgement.suspicion),
    )


def _acted(findings: Iterable[Finding], policy: Policy) -> list[tuple[Finding, Action]]:
    """Each finding with its action, in the order of the table."""
    return [(finding, _action(finding, policy)) for finding in in_order(findings)]


def _action(finding: Finding, policy: Policy) -> Action:
    action = policy.actions.of(finding.code)
    return _NEXT_STRICTER[action] if finding.escalated else action


def _without_echoes(acted: list[tuple[Finding, Action]]) -> Iterator[tuple[Finding, Action]]:
    """Leave out what another finding says with at least the same consequence."""
    strictest: dict[str, int] = {}
    for finding, action in acted:
        strictest[finding.code] = max(STRICTNESS[action], strictest.get(finding.code, 0))
    for finding, action in acted:
        louder = (strictest.get(code, -1) for code in _SAYS_IT_TOO.get(finding.code, ()))
        if max(louder, default=-1) < STRICTNESS[action]:
            yield finding, action


def _state(
    rejected: bool, flagged: bool, at_once: bool
) -> Literal[State.PENDING, State.REJECTED, State.PUBLISHED]:
    if rejected:
        return State.REJECTED
    return State.PUBLISHED if at_once and not flagged else State.PENDING


def _recorded(finding: Finding, action: Action) -> ActedFinding:
    return ActedFinding(finding.check, finding.code, action, finding.score, finding.spans)
