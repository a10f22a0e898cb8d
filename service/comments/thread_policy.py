"""A thread's policy: what a website says of one article, on top of its site's policy and only ever stricter.

An obituary, a trial, an article on a child: they need more care than the site's rules give. What would
loosen them is refused where it is said, and has no effect where the site's policy has changed since.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from service.comments.listed import Domains, Words
from service.comments.merge_patch import merged
from service.comments.policy import Policy
from service.comments.policy_sections import CODES, MAX_LENGTH, STRICTNESS, Action, Code, Section
from service.comments.validation import field_path, validated
from service.errors import InvalidRequest


def _above(low: float | None, high: float | None) -> bool:
    return low is not None and high is not None and low > high


class ThreadLength(Section):
    """A narrower range than the site's."""

    min: int | None = Field(
        default=None, description="The shortest body taken in, in characters.", ge=1, le=MAX_LENGTH
    )
    max: int | None = Field(
        default=None, description="The longest body taken in, in characters.", ge=1, le=MAX_LENGTH
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if _above(self.min, self.max):
            raise ValueError("min is above max")
        return self


class ThreadReplies(Section):
    """Flatter than the site's."""

    depth: int | None = Field(default=None, description="Levels below the top.", ge=1, le=10)


class ThreadLinks(Section):
    """Fewer links than the site allows."""

    allowed: int | None = Field(default=None, description="Links that a comment may carry.", ge=0, le=100)
    blocked_domains: Domains = Field(default=(), description="Added to the site's.", max_length=1_000)


class ThreadWords(Section):
    """Lists that are added to the site's."""

    banned: Words = Field(default=(), description="Added to the site's.", max_length=1_000)
    suspect: Words = Field(default=(), description="Added to the site's.", max_length=1_000)


class ThreadSpam(Section):
    """Thresholds at or below the site's."""

    flag_from: float | None = Field(default=None, description="Score, 0 to 1.", ge=0, le=1)
    reject_from: float | None = Field(default=None, description="Score, 0 to 1.", ge=0, le=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if _above(self.flag_from, self.reject_from):
            raise ValueError("flag_from is above reject_from")
        return self


class ThreadToxic(Section):
    """A threshold at or below the site's."""

    flag_from: float | None = Field(default=None, description="Score, 0 to 1.", ge=0, le=1)


_STRICTER: Mapping[tuple[str, str], Callable[[Any, Any], Any]] = {
    ("length", "min"): max,
    ("length", "max"): min,
    ("replies", "depth"): min,
    ("links", "allowed"): min,
    ("spam", "flag_from"): min,
    ("spam", "reject_from"): min,
    ("toxic", "flag_from"): min,
}
"""Every number a thread may set, and which of two values is the stricter."""


def _without_nulls(actions: Any) -> Any:
    """Drop the codes that are taken back to the site's action; what is no code stays, to be refused."""
    if not isinstance(actions, Mapping):
        return actions
    return {code: action for code, action in actions.items() if action is not None or code not in CODES}


class ThreadPolicy(Section):
    """What a website says of one thread, on top of its site's policy and only ever stricter."""

    actions: Annotated[dict[Code, Action], BeforeValidator(_without_nulls)] = Field(
        default={}, description="Stricter actions, by code: ignore, then flag, then reject."
    )
    length: ThreadLength = Field(default=ThreadLength(), description="A narrower range.")
    replies: ThreadReplies = Field(default=ThreadReplies(), description="Fewer levels.")
    links: ThreadLinks = Field(default=ThreadLinks(), description="Fewer links, more blocked domains.")
    spam: ThreadSpam = Field(default=ThreadSpam(), description="Lower thresholds.")
    toxic: ThreadToxic = Field(default=ThreadToxic(), description="A lower threshold.")
    words: ThreadWords = Field(default=ThreadWords(), description="More words.")

    @classmethod
    def parsed(cls, document: Any, site: Policy, *, at: str = "") -> Self:
        """Read a whole document; as `patched` over a thread of which nothing was said."""
        return cls().patched(document, site, at=at)

    def patched(self, patch: Any, site: Policy, *, at: str = "") -> Self:
        """Change what the patch names; objects are merged, lists replaced, `null` is the site's value again.

        Only what the patch names is compared with the site's policy: what stands from before and has since
        become looser than the site's does no harm, as `over` takes the stricter of both.

        Raises:
            InvalidRequest: a field is unknown or wrong, or would loosen the site's policy.
        """
        new = validated(type(self), merged(self, patch), at)
        asked = validated(type(self), merged(type(self)(), patch), at)
        loosened = [(field_path(at, field), message) for field, message in asked._loosened(site)]
        if loosened:
            raise InvalidRequest(loosened)
        return new

    def stored(self) -> dict[str, Any]:
        """What was said and nothing else, as JSON values; `ThreadPolicy.model_validate` reads it back."""
        return self.model_dump(mode="json", exclude_defaults=True)

    def over(self, site: Policy) -> Policy:
        """The policy in force: of each field the stricter of the site's and the thread's."""
        if self == _NOTHING_SAID:
            return site
        changes: dict[str, dict[str, Any]] = {"links": {}, "words": {}}
        for section, name, value, theirs in self._numbers(site):
            changes.setdefault(section, {})[name] = _STRICTER[section, name](value, theirs)
        for section, name, added, theirs in self._lists(site):
            changes[section][name] = tuple(dict.fromkeys(theirs + added))
        changes["actions"] = {
            code: max(action, theirs, key=STRICTNESS.__getitem__)
            for code, action, theirs in self._stated_actions(site)
        }
        return _replaced(site, changes)

    def _numbers(self, site: Policy) -> Iterator[tuple[str, str, Any, Any]]:
        """The numbers that are set: section, field, the thread's, the site's."""
        for section, name in _STRICTER:
            value = getattr(getattr(self, section), name)
            if value is not None:
                yield section, name, value, getattr(getattr(site, section), name)

    def _lists(self, site: Policy) -> Iterator[tuple[str, str, tuple[str, ...], tuple[str, ...]]]:
        """The lists: section, field, the thread's, the site's."""
        yield "links", "blocked_domains", self.links.blocked_domains, site.links.blocked_domains
        yield "words", "banned", self.words.banned, site.words.banned
        yield "words", "suspect", self.words.suspect, site.words.suspect

    def _stated_actions(self, site: Policy) -> Iterator[tuple[str, Action, Action]]:
        """The actions that are set: code, the thread's, the site's."""
        for code, action in self.actions.items():
            yield code, action, site.actions.of(code)

    def _loosened(self, site: Policy) -> Iterator[tuple[str, str]]:
        """Each field that is looser than the site's, with what it would have to be."""
        for code, action, theirs in self._stated_actions(site):
            if STRICTNESS[action] < STRICTNESS[theirs]:
                yield f"actions.{code}", _only_stricter(theirs)
        for section, name, value, site_value in self._numbers(site):
            if _STRICTER[section, name](value, site_value) != value:
                yield f"{section}.{name}", _only_stricter(site_value)
        yield from self._empty_range(site)

    def _empty_range(self, site: Policy) -> Iterator[tuple[str, str]]:
        if _above(self.length.min, site.length.max):
            yield "length.min", f"no text could be long enough; the site's longest is {site.length.max}"
        if _above(site.length.min, self.length.max):
            yield "length.max", f"no text could be short enough; the site's shortest is {site.length.min}"


_NOTHING_SAID = ThreadPolicy()


def _only_stricter(theirs: object) -> str:
    return f"a thread can only be stricter; the site says {theirs}"


def _replaced(site: Policy, changes: Mapping[str, Mapping[str, Any]]) -> Policy:
    """A copy of the policy with some fields changed.

    Two contradictions can come about after the site's policy has changed, and are settled here: a range of
    lengths that is empty gives way to the site's, since readers must be able to write something; a flag
    threshold above the threshold of rejection comes down to it.
    """
    sections = {name: getattr(site, name).model_copy(update=dict(new)) for name, new in changes.items()}
    length, spam = sections.get("length"), sections.get("spam")
    if length is not None and length.min > length.max:
        sections["length"] = site.length
    if spam is not None and spam.flag_from > spam.reject_from:
        sections["spam"] = spam.model_copy(update={"flag_from": spam.reject_from})
    return Policy.model_construct(**(dict(site) | sections))
