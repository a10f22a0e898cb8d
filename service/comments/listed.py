"""Words and domains as a policy lists them: the one form in which they are held, and what is refused.

How a list is looked for in a comment is the work of the checks.
"""

import unicodedata
from collections.abc import Iterable
from typing import Annotated

from pydantic import AfterValidator, Strict, WithJsonSchema

MAX_WORD = 100
MAX_DOMAIN = 253

_MOST_APART = 4
"""Characters of which NFC makes one, at the most."""


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


def _composed(text: str, longest: int) -> str:
    """NFC; what is too long in any form stays as it is, since ordering its marks takes quadratic time."""
    return text if len(text) > _MOST_APART * longest else unicodedata.normalize("NFC", text)


def domain(written: str) -> str:
    """The form in which domains are held and compared: ASCII (IDNA), lower case, no final dot.

    Raises:
        ValueError: it is no domain of at least two labels.

    >>> domain("Tiếng-Việt.VN.")
    'xn--ting-vit-e50d7c.vn'
    """
    name = _composed(written.strip(), MAX_DOMAIN).lower().removesuffix(".")
    try:
        ascii_name = name.encode("idna").decode("ascii") if len(name) <= MAX_DOMAIN else ""
    except UnicodeError:
        ascii_name = ""
    plain = ascii_name.replace("-", "").replace("_", "").replace(".", "")
    if "." not in ascii_name or len(ascii_name) > MAX_DOMAIN or not plain.isalnum():
        raise ValueError("write a domain alone, such as example.vn; its subdomains are included")
    return ascii_name


def word(written: str) -> str:
    """The form in which a list's word or phrase is held: NFC, trimmed, single spaces; its case is kept.

    Raises:
        ValueError: it is empty, too long, or holds a control character or half a surrogate pair.
    """
    clean = _composed(" ".join(written.split()), MAX_WORD)
    if not 1 <= len(clean) <= MAX_WORD:
        raise ValueError(f"a word or phrase has 1 to {MAX_WORD} characters")
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in clean):
        raise ValueError("a word holds no control characters and no unpaired surrogates")
    return clean


Domain = Annotated[
    str,
    AfterValidator(domain),
    WithJsonSchema({"type": "string", "format": "idn-hostname", "maxLength": MAX_DOMAIN}),
]
Word = Annotated[
    str, AfterValidator(word), WithJsonSchema({"type": "string", "minLength": 1, "maxLength": MAX_WORD})
]
Domains = Annotated[
    tuple[Domain, ...],
    Strict(False),  # JSON knows lists alone; what is in the list stays strict
    AfterValidator(_distinct),
]
Words = Annotated[tuple[Word, ...], Strict(False), AfterValidator(_distinct)]
