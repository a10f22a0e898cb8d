"""Arguments that need more than typer's own checks; what is wrong with one is told like any wrong option."""

import re
from typing import Any, TypeVar

import orjson
import typer
from pydantic import BaseModel, ValidationError

from service.api.requests import SiteName
from service.comments.validation import field_errors

_SITE_ID = re.compile(r"[a-z0-9-]{1,40}")
_Body = TypeVar("_Body", bound=BaseModel)


def site_id(text: str) -> str:
    """Raises: typer.BadParameter."""
    if not _SITE_ID.fullmatch(text):
        raise typer.BadParameter(f"{text!r} is no id of a site: 1 to 40 of a-z, 0-9 and -")
    return text


def name_of(text: str) -> str:
    """A name of a site or a key, by the rules of the API.

    Raises:
        typer.BadParameter: it breaks one.
    """
    return body_of(SiteName, name=text).name


def body_of(kind: type[_Body], **members: Any) -> _Body:
    """What the API would make of a body with these members.

    Raises:
        typer.BadParameter: it breaks a rule of the API.
    """
    try:
        return kind(**members)
    except ValidationError as wrong:
        field, message = next(field_errors(wrong, ""))
        raise typer.BadParameter(f"{field}: {message}") from None


def columns_of(text: str) -> dict[str, str]:
    """Read `field=column,…`.

    Raises:
        typer.BadParameter: it is something else, or names a field twice.
    """
    parts = [part.partition("=") for part in text.split(",") if part.strip()]
    known = {field.strip(): column.strip() for field, _, column in parts}
    if len(known) < len(parts) or not all(known) or not all(known.values()):
        raise typer.BadParameter(f"{text!r} is no list such as body=text,author.name=who, each field once")
    return known


def delimiter_of(text: str | None) -> str | None:
    """One character; `tab` is the one that is hard to type.

    Raises:
        typer.BadParameter.
    """
    if text is None or text == "tab":
        return text and "\t"
    if len(text) != 1 or text in '"\r\n':
        raise typer.BadParameter(f"{text!r} is no single character, nor `tab`")
    return text


def json_of(text: str) -> Any:
    """Raises: typer.BadParameter."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise typer.BadParameter(f"no valid JSON: {error}") from None
