"""What a changed policy would have made of comments that were judged before it."""

from dataclasses import dataclass

from service.comments.model import Comment, Entry, Event, State
from service.comments.policy import Policy
from service.comments.verdict import Verdict, decide
from service.judging.judge import judge
from service.judging.model import Context


@dataclass(frozen=True, slots=True)
class Replayed:
    """One comment: what the checks made of it then, and what they would now."""

    comment: Comment
    was: State
    would: Verdict


def replayed(comment: Comment, policy: Policy) -> Replayed | None:
    """Judge a comment again; None where it was never judged, or is erased.

    What only the moment knew (a ban, a flood, an earlier text like this one) is taken from the verdict then.
    """
    judged = next((entry for entry in reversed(comment.log) if entry.event is Event.JUDGED), None)
    if judged is None or comment.state is State.ERASED:
        return None
    judgement = judge(comment.now.submitted, policy.rules(), _context(judged))
    return Replayed(comment, judged.to, decide(judgement, policy, trusted=False))


def _context(judged: Entry) -> Context:
    seen = {finding.code: finding for finding in judged.findings}
    duplicate = seen.get("duplicate")
    return Context(
        author_banned="banned_author" in seen,
        duplicate=duplicate.score if duplicate else None,
        repeats_itself=duplicate is not None and duplicate.action == "reject",
        flooding="flood" in seen,
    )
