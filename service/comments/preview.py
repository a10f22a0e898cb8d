"""What would become of a text, without keeping it: for `/v1/check` and `codau check`."""

from service.comments.policy import Policy
from service.comments.verdict import Verdict, decide
from service.judging.judge import judge
from service.judging.model import Context


def preview(text: str, policy: Policy) -> Verdict:
    """Judge a text (cleaned, hidden characters included) by the checks that need no history."""
    return decide(judge(text, policy.rules(), Context()), policy, trusted=False)
