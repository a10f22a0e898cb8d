"""XML as exporters really write it, made into XML that a parser takes.

WordPress puts a commenter's web address into its export as it is, so that the `&` of a query stands alone,
and control characters that MySQL keeps, which XML has no way to write. A parser stops at the first of either.
"""

import re
from collections.abc import Iterable, Iterator

_CONTROLS = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20)])
_OPENS, _CLOSES = b"<![CDATA[", b"]]>"
_CONTROL = rb"&#(?:0*(?:[0-8]|1[124-9]|2[0-9]|3[01])|[xX]0*(?:[0-8bBcCeEfF]|1[0-9a-fA-F]));"
_ALONE = rb"&(?!(?:amp|lt|gt|quot|apos|\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6});)"
_WRONG = re.compile(_CONTROL + b"|" + _ALONE)
_MENDED = re.compile(rb"(?P<opens><!\[CDATA\[)|(?P<closes>\]\]>)|(?P<alone>%b)|%b" % (_ALONE, _CONTROL))
_LONGEST = 16  # bytes of what is looked for, and more
_BEGINS = re.compile(rb"[<\]&]")


def mended(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes without control characters, and with each `&` that stands alone written `&amp;`.

    Args:
        chunks: of any length, in an encoding that has ASCII as it is.

    >>> b"".join(mended([b"<u>a?b=1&c=2\\x08 &am", b"p;</u><![CDATA[1 & 1]]", b">&amp;"]))
    b'<u>a?b=1&amp;c=2 &amp;</u><![CDATA[1 & 1]]>&amp;'
    """
    mend, rest = _Mending(), b""
    for chunk in chunks:
        whole = rest + chunk.translate(None, _CONTROLS)
        end = _safe_end(whole)
        yield mend(whole[:end])
        rest = whole[end:]
    yield mend(rest)


def _safe_end(whole: bytes) -> int:
    """Up to where nothing that is looked for can go on in what follows."""
    begins = _BEGINS.search(whole, max(0, len(whole) - _LONGEST))
    if begins is None:
        return len(whole)
    before = whole[max(0, begins.start() - 2) : begins.start()]
    return begins.start() - (len(before) - len(before.rstrip(b"]")))  # of ]]> the first two may lie before


class _Mending:
    """Remembers whether it is within CDATA, where `&` is a letter like any other."""

    def __init__(self) -> None:
        self._within = False

    def __call__(self, whole: bytes) -> bytes:
        if _WRONG.search(whole) is not None:
            return _MENDED.sub(self._mend, whole)
        opens, closes = whole.rfind(_OPENS), whole.rfind(_CLOSES)
        self._within = opens > closes or (opens == closes and self._within)
        return whole

    def _mend(self, seen: re.Match[bytes]) -> bytes:
        if seen["opens"] or seen["closes"]:
            self._within = bool(seen["opens"])
        elif not self._within:
            return b"&amp;" if seen["alone"] else b""
        return seen[0]
