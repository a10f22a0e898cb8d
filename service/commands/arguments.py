"""Arguments that need more than typer's own checks; what is wrong with one is told like any wrong option."""

import re
from typing import Any

import orjson
import typer
from pydantic import ValidationError

from service.api.requests import SiteName

_SITE_ID = re.compile(r"[a-z0-9-]{1,40}")


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
    try:
        return SiteName(name=text).name
    except ValidationError as wrong:
        raise typer.BadParameter(f"name: {wrong.errors()[0]['msg']}") from None


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
