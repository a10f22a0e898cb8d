"""What another system says, brought to our rules: the text of a comment strictly, all around it leniently.

A comment is not lost over an address that is none or a name that is too long; but a text that the API would
refuse is refused here too.
"""

from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from service.api.fields import Address, AuthorId, Body, Email, Line, Thread, WebUrl
from service.comments.model import Author
from service.transfer.formats.foreign import Form
from service.transfer.formats.markup import text_of
from service.transfer.wrong import reason_of

NAMELESS = "Ẩn danh"
"""Who wrote a comment that has no name with it: anonymous."""

LONGEST_SOURCE = 100_000
"""Characters of a text before its tags are taken out: five times what any policy takes."""

_NAME, _TITLE, _USER_AGENT = 80, 300, 512
_line = TypeAdapter[str](Line)
_thread = TypeAdapter[str](Thread)
_body = TypeAdapter[str](Body)
_author_id = TypeAdapter[str](Annotated[AuthorId, Field(min_length=1)])
_email = TypeAdapter[str](Annotated[Email, Field(min_length=1)])
_address = TypeAdapter[str](Address)
_web_url = TypeAdapter[str](WebUrl)


def body(written: str, form: Form) -> str:
    """The text of a comment as the API keeps it.

    Raises:
        ValueError: it is empty or too long; names no word of it.
    """
    if len(written) > LONGEST_SOURCE:
        raise ValueError(f"body: must have at most {LONGEST_SOURCE} characters, tags included")
    reduced = written if form is Form.TEXT else text_of(written, lines=form is Form.HTML_WITH_LINES)
    try:
        return _body.validate_python(reduced)
    except ValidationError as error:
        raise ValueError(f"body: {reason_of(error)}") from None


def thread(name: str | None) -> str:
    """The name of a thread.

    Raises:
        ValueError: there is none, or it breaks a rule.
    """
    if not name:
        raise ValueError("the file does not say what its thread is to be named after")
    try:
        return _thread.validate_python(name)
    except ValidationError as error:
        raise ValueError(f"the name of its thread: {reason_of(error)}") from None


def author(said: Author) -> Author:
    """Whoever wrote it, without what our rules do not have."""
    agent = said.user_agent and _line.validate_python(said.user_agent.replace("\0", ""))[:_USER_AGENT]
    return Author(
        _cut(said.name, _NAME) or NAMELESS,
        _or_none(_author_id, said.id),
        _or_none(_email, said.email),
        _or_none(_address, said.ip),
        agent or None,
    )


def site_name(said: str) -> str | None:
    return _cut(said, _NAME) or None


def title(said: str | None) -> str | None:
    return _cut(said, _TITLE) or None


def web_url(said: str | None) -> str | None:
    return _or_none(_web_url, said)


def _cut(said: str | None, longest: int) -> str:
    return _line.validate_python((said or "").replace("\0", ""))[:longest].rstrip()


def _or_none(rule: TypeAdapter[str], said: str | None) -> str | None:
    try:
        return None if said is None else rule.validate_python(said.strip())
    except ValidationError:
        return None
