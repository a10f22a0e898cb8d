"""The sections of a site's policy: every field with its default, bounds, unit and meaning.

docs/policy.md is held to what stands here by a test. The whole and how it changes is in `policy`, what a
thread may make stricter in `thread_policy`, what becomes of a comment in `verdict`.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from service.comments.listed import Domains, Words
from service.comments.rates import Rate, RateField

Action = Literal["reject", "flag", "ignore"]

STRICTNESS: Mapping[Action, int] = {"ignore": 0, "flag": 1, "reject": 2}

MAX_LENGTH = 20_000
"""Characters of the longest body that a policy can allow: so many of Vietnamese fit into 64 KiB."""

MAX_LIST = 10_000
"""Entries of one list; matching costs no more with thousands than with ten."""


LONGEST_WINDOW_HOURS = 720
"""How far back a comment can matter to another: as a copy; rates look no further than seven days."""


class Section(BaseModel):
    """A part of the policy: never changed in place, and unknown fields are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _field(default: Any, description: str, unit: str, example: Any, **bounds: Any) -> Any:
    shown: dict[str, Any] = {"unit": unit}
    if isinstance(default, Rate):
        shown["default"] = str(default)  # the schema would show how it is held
    return Field(default, description=description, examples=[example], json_schema_extra=shown, **bounds)


def _action(default: Action, seen_when: str) -> Any:
    return _field(default, seen_when, "action", "flag")


class Actions(Section):
    """What each finding does to a comment. The fields are the table of codes, in the order of the contract.

    The order decides the reason of a rejection: the first code that rejects.
    """

    banned_author: Action = _action("reject", "The moderators banned this author.")
    missing_diacritics: Action = _action(
        "reject", "Vietnamese written without its marks, a marked word thrown in to pass the check included."
    )
    raw_keystrokes: Action = _action("reject", "Telex or VNI typed with the input method off.")
    partial_diacritics: Action = _action("flag", "A good part of it without its marks.")
    not_vietnamese: Action = _action("flag", "A comment in another language.")
    no_text: Action = _action("flag", "Nothing but symbols, digits and emoji.")
    banned_word: Action = _action("reject", "A word of `words.banned`.")
    suspect_word: Action = _action("flag", "A word of `words.suspect`.")
    blocked_link: Action = _action("reject", "A link to a domain of `links.blocked_domains`.")
    spam: Action = _action(
        "flag",
        "A spam score from `spam.flag_from` on. `flag` rejects from `spam.reject_from` on; "
        "`reject` rejects from `spam.flag_from` on.",
    )
    toxic: Action = _action("flag", "A toxicity score from `toxic.flag_from` on.")
    link: Action = _action("flag", "More links than `links.allowed`.")
    contact: Action = _action(
        "flag", "Phone numbers, Zalo, Telegram, bank accounts, e-mail addresses, spelt-out ones included."
    )
    hidden_characters: Action = _action(
        "flag",
        "Zero-width characters, bidi controls, stacked marks that disguise a word or break the page.",
    )
    lookalike_characters: Action = _action(
        "flag", "Letters of other scripts, leetspeak or separators that disguise a word."
    )
    shouting: Action = _action("flag", "Mostly capitals.")
    repetition: Action = _action("flag", "The same character, word or line over and over.")
    duplicate: Action = _action(
        "flag",
        "The same or nearly the same text as another comment within `duplicate.window_hours`. "
        "`flag` rejects the identical text of the same author in the same thread.",
    )
    flood: Action = _action("flag", "One author or address sends more than `flood` names.")
    check_failed: Action = _action("flag", "A check could not judge it; a person must.")

    def of(self, code: str) -> Action:
        """The action for a code of the table; KeyError for any other."""
        if code not in CODES:
            raise KeyError(code)
        action: Action = getattr(self, code)
        return action


CODES: tuple[str, ...] = tuple(Actions.model_fields)
"""Every finding's code, in the order of the contract's table."""


def _known(code: str) -> str:
    if code not in CODES:
        raise ValueError(f"there is no such code; the codes are {', '.join(CODES)}")
    return code


Code = Annotated[str, AfterValidator(_known), WithJsonSchema({"type": "string", "enum": list(CODES)})]
"""A finding's code, as a field of a model."""


class Length(Section):
    """How long a body may be, counted in Unicode code points after it was brought to NFC and trimmed."""

    min: int = _field(1, "The shortest body taken in.", "characters", 2, ge=1, le=MAX_LENGTH)
    max: int = _field(5_000, "The longest body taken in.", "characters", 2_000, ge=1, le=MAX_LENGTH)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min > self.max:
            raise ValueError("min is above max")
        return self


class Replies(Section):
    """How comments nest."""

    depth: int = _field(
        3,
        "Levels below the top; a deeper reply is attached to the deepest allowed ancestor.",
        "levels",
        2,
        ge=1,
        le=10,
    )


class Links(Section):
    """Which links a comment may carry."""

    allowed: int = _field(
        0, "Links that a comment may carry before the finding `link`.", "links", 1, ge=0, le=100
    )
    blocked_domains: Domains = _field(
        (),
        "A link to one of these, or below it, is a `blocked_link`. A domain in both lists is blocked.",
        "domains",
        ["example.com"],
        max_length=MAX_LIST,
    )
    trusted_domains: Domains = _field(
        (),
        "Links to one of these, or below it, do not count, such as the newspaper's own.",
        "domains",
        ["example.vn"],
        max_length=MAX_LIST,
    )


class WordLists(Section):
    """The site's own lists, matched as whole syllables, with their marks, through case and disguise."""

    banned: Words = _field((), "Each is a `banned_word`.", "words or phrases", ["cá độ"], max_length=MAX_LIST)
    suspect: Words = _field(
        (), "Each is a `suspect_word`.", "words or phrases", ["việc nhẹ lương cao"], max_length=MAX_LIST
    )


class Spam(Section):
    """Where the spam score becomes a finding."""

    flag_from: float = _field(0.5, "Score from which on `spam` is found.", "score, 0 to 1", 0.6, ge=0, le=1)
    reject_from: float = _field(
        0.95, "Score from which on it is rejected, unless it is ignored.", "score, 0 to 1", 0.9, ge=0, le=1
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.flag_from > self.reject_from:
            raise ValueError("flag_from is above reject_from")
        return self


class Toxic(Section):
    """Where the toxicity score becomes a finding."""

    flag_from: float = _field(0.5, "Score from which on `toxic` is found.", "score, 0 to 1", 0.4, ge=0, le=1)


class Duplicate(Section):
    """How long a text is remembered."""

    window_hours: int = _field(
        72, "How far back the same text is looked for.", "hours", 24, ge=1, le=LONGEST_WINDOW_HOURS
    )


class Flood(Section):
    """How many comments are too many: more are flagged, none is refused."""

    author: RateField = _field(Rate(6, 60), "Comments of one author.", "count/time", "6/60s")
    address: RateField = _field(Rate(20, 60), "Comments from one address.", "count/time", "20/60s")


class Limits(Section):
    """How many comments are taken in: more are refused with 429. `null` is a value here: no limit."""

    site: RateField | None = _field(None, "Comments of the whole site.", "count/time, or null", "500/1m")
    author: RateField | None = _field(
        Rate(30, 60), "Comments of one author.", "count/time, or null", "30/60s"
    )
    address: RateField | None = _field(
        Rate(120, 60), "Comments from one address.", "count/time, or null", "120/60s"
    )


class Trusted(Section):
    """What authors gain whom the moderators trust."""

    publish_at_once: bool = _field(
        False, "Publish a trusted author's comment at once where no check flags it.", "true or false", True
    )


class Retention(Section):
    """How long data is kept that is not needed to show what is published."""

    rejected_days: int = _field(
        90, "Rejected comments are erased so long after their rejection.", "days", 30, ge=1, le=3_650
    )
    address_days: int = _field(
        365,
        "E-mails, network addresses and user agents are taken out of comments that came so long ago.",
        "days",
        180,
        ge=1,
        le=3_650,
    )
