"""The policy: what a site makes of findings, lengths, links and rates.

Here is the whole of a site's. The fields are in `policy_sections`, a thread's stricter rules in
`thread_policy`, what becomes of a judged comment in `verdict`; where policies are kept is the store's.
"""

from functools import cached_property
from typing import Any, Self

from pydantic import Field

from service.comments.merge_patch import merged
from service.comments.policy_sections import (
    CODES,
    Action,
    Actions,
    Code,
    Duplicate,
    Flood,
    Length,
    Limits,
    Links,
    Replies,
    Retention,
    Section,
    Spam,
    Toxic,
    Trusted,
    WordLists,
)
from service.comments.validation import validated
from service.judging.model import Rules

__all__ = ["CODES", "Action", "Code", "Policy"]


class Policy(Section):
    """A site's rules. Every field has a default; an empty document is the default policy."""

    actions: Actions = Field(default=Actions(), description="What each finding does to a comment.")
    length: Length = Field(default=Length(), description="How long a body may be.")
    replies: Replies = Field(default=Replies(), description="How comments nest.")
    links: Links = Field(default=Links(), description="Which links a comment may carry.")
    words: WordLists = Field(default=WordLists(), description="The site's own lists of words.")
    spam: Spam = Field(default=Spam(), description="Where the spam score becomes a finding.")
    toxic: Toxic = Field(default=Toxic(), description="Where the toxicity score becomes a finding.")
    duplicate: Duplicate = Field(default=Duplicate(), description="How long a text is remembered.")
    flood: Flood = Field(default=Flood(), description="From which rate on comments are flagged.")
    limits: Limits = Field(default=Limits(), description="From which rate on comments are refused with 429.")
    trusted: Trusted = Field(default=Trusted(), description="What trusted authors gain.")
    retention: Retention = Field(default=Retention(), description="How long data is kept.")

    @classmethod
    def parsed(cls, document: Any, *, at: str = "") -> Self:
        """Read a whole policy, what is left out being its default.

        Args:
            document: what JSON gave.
            at: where in the request it stood, such as `policy`, for the names of wrong fields.

        Raises:
            InvalidRequest: with every wrong field and what is wrong with it.
        """
        return validated(cls, document, at)

    def patched(self, patch: Any, *, at: str = "") -> Self:
        """Change what a JSON merge patch (RFC 7396) names: objects are merged, lists replaced.

        `null` takes a field or a section back to its default. In `limits` it is a value, "no limit", and
        therefore set: a GET's answer can be sent back and changes nothing.

        Raises:
            InvalidRequest: as `parsed`; a null for a field that does not exist is an error too.
        """
        return validated(type(self), merged(self, patch), at)

    def rules(self) -> Rules:
        """The part of the policy that the checks need, made once."""
        return self._rules

    @cached_property
    def _rules(self) -> Rules:
        return _rules(self)


def _rules(policy: Policy) -> Rules:
    links = policy.links
    blocked = frozenset(links.blocked_domains)
    return Rules(
        links_allowed=links.allowed,
        blocked_domains=links.blocked_domains,
        trusted_domains=tuple(name for name in links.trusted_domains if name not in blocked),
        banned_words=policy.words.banned,
        suspect_words=policy.words.suspect,
        spam_flag_from=policy.spam.flag_from,
        spam_reject_from=policy.spam.reject_from,
        toxic_flag_from=policy.toxic.flag_from,
    )
