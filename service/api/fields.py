"""Fields of requests: one validation path for every text that anybody sends.

Texts come out in NFC and trimmed; NUL is refused, since some program behind us always ends a string there.
Bytes that are not UTF-8 and unpaired surrogates never get here: the JSON parser refuses them.
"""

import ipaddress
import re
import socket
from functools import lru_cache
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from service.judging.text import clean, is_plain, visible

MAX_BODY = 20_000
"""Characters of a body that any policy can allow; a request has 64 KiB."""

_SPACES = re.compile(r"\s+")


class Request(BaseModel):
    """The JSON object, or the query, of a request: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain NUL")
    return text


def _body(text: str) -> str:
    if is_plain(text):  # one look at most texts tells what three others would
        cleaned = shown = text.strip()
    else:
        _without_nul(text)
        cleaned = clean(text)
        shown = visible(cleaned)
    if not shown:
        raise ValueError("must have at least 1 character")
    if len(shown) > MAX_BODY:
        raise ValueError(f"must have at most {MAX_BODY} characters")
    return cleaned


def _line(text: str) -> str:
    if is_plain(text):
        return " ".join(text.split())
    _without_nul(text)
    return visible(" ".join(clean(text).split()))


def _thread(text: str) -> str:
    _without_nul(text)
    if text in (".", ".."):
        raise ValueError("must not be . or ..")
    return text


def _author_id(text: str) -> str:
    _without_nul(text)
    if text.startswith(("email:", "address:")):
        raise ValueError("must not begin with email: or address:")
    return text


def _author_id_if_any(text: str) -> str | None:
    return _author_id(text) or None


def _if_any(text: str) -> str | None:
    """As `_none_if_empty`, in one call with the check for NUL."""
    return _without_nul(text) or None


@lru_cache(maxsize=4_096)  # a reader writes more than once
def _address(text: str) -> str:
    if _is_ipv4(text):
        return text
    if "%" in text:
        raise ValueError("must be an IPv4 or IPv6 address without a zone")
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise ValueError("must be an IPv4 or IPv6 address") from None
    return str(getattr(address, "ipv4_mapped", None) or address)


def _is_ipv4(text: str) -> bool:
    """As `ipaddress` says, which takes thirty times as long; there is one way to write such an address."""
    try:
        socket.inet_pton(socket.AF_INET, text)
    except (OSError, ValueError):
        return False
    return True


def _web_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        is_web = False
    if not is_web or _SPACES.search(text):
        raise ValueError("must be an http or https URL")
    return text


def _none_if_empty(value: object) -> object:
    """Websites send an empty string for what they do not know."""
    return None if value == "" else value


_Plain = Annotated[str, Field(strict=True)]  # one validator each: every call of Python takes its time
Text = Annotated[_Plain, AfterValidator(_without_nul)]
Body = Annotated[_Plain, AfterValidator(_body), WithJsonSchema({"type": "string", "minLength": 1})]
"""What a comment says: NFC, line ends to LF, controls out, trimmed; characters that hide are still in it."""
Line = Annotated[_Plain, AfterValidator(_line)]
Note = Annotated[Text, AfterValidator(clean), Field(max_length=2_000)]
Thread = Annotated[_Plain, Field(min_length=1, max_length=256), AfterValidator(_thread)]
AuthorId = Annotated[_Plain, Field(max_length=254), AfterValidator(_author_id)]
AuthorIdIfAny = Annotated[_Plain, Field(max_length=254), AfterValidator(_author_id_if_any)]
Email = Annotated[Text, Field(max_length=254)]
EmailIfAny = Annotated[_Plain, Field(max_length=254), AfterValidator(_if_any)]
UserAgentIfAny = Annotated[_Plain, Field(max_length=512), AfterValidator(_if_any)]
Title = Annotated[Line, Field(max_length=300)]
Address = Annotated[_Plain, Field(max_length=64), AfterValidator(_address)]
WebUrl = Annotated[
    Text,
    Field(max_length=2_000),
    AfterValidator(_web_url),
    WithJsonSchema({"type": "string", "format": "uri", "pattern": "^https?://", "maxLength": 2_000}),
]
Empty = BeforeValidator(_none_if_empty)
