"""Telephone numbers of Vietnam in a text, as people write them when they want to be called or not to be seen.

Sources: the numbering plan in force since 2017 and 2018 (area codes 02x, mobile numbers of ten digits), and
    the carriers' prefixes. Prices, dates, scores and the numbers of laws are none.
"""

from __future__ import annotations

import re

from service.judging.model import Span
from service.judging.reading import Reading

_ENOUGH = 50

_MOBILE = "3[2-9]|5[2568-9]|7[06-9]|8[1-9]|9[0-46-9]"
_OLD_MOBILE = "12[0-9]|16[2-9]|18[68]|199"  # of eleven digits, until 2018; still written
_RIGHT = re.compile(rf"(?:{_MOBILE})\d{{7}}|2\d{{9}}|(?:{_OLD_MOBILE})\d{{7}}")
"""A number without the country's code or the 0 before it."""

_GAP = r"(?:[ \t.\-_*/\\|~()\[\]•·+]|,(?!\s)){0,3}+"


def _spread(digits: int) -> str:
    return rf"(?:{_GAP}\d){{{digits}}}"


_COUNTRY = rf"(?:\+\s?84|0084|84(?=[\s.\-)]{{1,2}}\d|\d{{9}}(?!\d)))\)?{_GAP}(?:\(?0\)?{_GAP})?"
_BEFORE = r"(?<![\d@])(?<!\d[.,])(?:[(\[]\s?)?"
_AFTER = r"(?![.,]?\d)"
_NUMBER = re.compile(
    rf"{_BEFORE}(?:{_COUNTRY}|0{_GAP})(?P<rest>[3-9]{_spread(8)}|2{_spread(9)}|1{_spread(9)}){_AFTER}"
)
_TOLL = re.compile(
    r"(?<![\d.,])1[89]00(?P<rest>\d{4}(?:\d\d)?"
    r"|[ .\-](?:\d{4}(?:[ .\-]?\d\d)?|\d\d[ .\-]\d\d(?:[ .\-]\d\d)?|\d{3}[ .\-]\d{3}))" + _AFTER
)
_CALLED = re.compile(
    r"(?:goi|tong dai|hotline|lh|lien he|so|dt|sdt|phone|tel|cskh|call)\W{0,3}(?:\w+\W{1,2}){0,2}$"
)
_NUMBER_OF_PAPER = re.compile(
    r"(?<!\w)(?:seri|serial|mst|ma so(?: thue)?|ma (?:van don|don(?: hang)?|ho so|bai))\W{0,3}"
    r"(?:(?:so|la)\W{1,2})?$"
)
_DATE = re.compile(r"\d{1,2}[./-]\d{1,2}[./-](?:19|20)\d\d(?!\d)")
_DECIMAL = re.compile(r"0[.,]\d{5,}")

_LETTER_FOR_DIGIT = re.compile(
    r"(?<=\d)[oilzsbg](?=[oilzsbg]?[\d\s.\-])|(?<=\d[oilzsbg])[oil](?=\d)|(?<=\d)[oil](?![a-z])"
    r"|(?<![a-z])[oil](?=[oil]{0,2}[\s.\-]{0,2}\d)"
)
_AS_DIGIT = str.maketrans("oilzsbg", "0112589")

_SAID = {digit: digit for digit in "0123456789"} | {
    word: str(digit)
    for digit, names in enumerate(
        ["khong ko hong zero", "mot", "hai", "ba", "bon tu", "nam lam", "sau", "bay", "tam", "chin"]
    )
    for word in names.split()
}
_SPOKEN = re.compile(rf"(?<!\w)(?:(?:{'|'.join(_SAID)}|\d{{2,4}})(?:[\s.,\-]{{1,3}}+|$)){{5,}}")
_PAUSE = re.compile(r"[\s.,\-]+")


def phones(reading: Reading) -> list[Span]:
    """Find telephone numbers, as ranges of `Reading.plain`.

    >>> from service.judging.reading import read
    >>> text = "Gọi 0912.345.678, không phải 5.000.000 đồng ngày 09.12.2023"
    >>> [text[a:b] for a, b in phones(read(text))]
    ['0912.345.678']
    """
    spans: list[Span] = []
    if reading.digits >= 6:
        spans += _written(reading, reading.plain) or _written(reading, _with_digits(reading.plain))
        spans += _toll_free(reading)
    said = sum(map(_SAID.__contains__, reading.keys))
    if said >= 9 or (said >= 3 and said + reading.digits >= 9):
        spans += _spoken(reading)
    return spans


def _with_digits(plain: str) -> str:
    """Read letters that stand among digits as the digits they are drawn like: O9I2."""
    return _LETTER_FOR_DIGIT.sub(lambda seen: seen[0].translate(_AS_DIGIT), plain)


def _written(reading: Reading, plain: str) -> list[Span]:
    """Find them in `plain` or in as long a reading of it."""
    plain = _DATE.sub(lambda seen: "x" * len(seen[0]), plain)
    spans: list[Span] = []
    for match in _NUMBER.finditer(plain):
        rest = "".join(filter(str.isdigit, match["rest"]))
        before = reading.bare[max(0, match.start() - 30) : match.start()]
        if _RIGHT.fullmatch(rest) and not _DECIMAL.match(match[0]) and not _NUMBER_OF_PAPER.search(before):
            opened = match[0][0] in "([" and ")" not in match[0] and "]" not in match[0]
            spans.append((match.start() + opened, match.end()))
        if len(spans) == _ENOUGH:
            break
    return spans


def _toll_free(reading: Reading) -> list[Span]:
    """Find 1800 and 1900 numbers; in parts they may as well be years, and need a word before that says so."""
    spans: list[Span] = []
    for match in _TOLL.finditer(reading.plain):
        together = match["rest"].isdigit()
        if together or _CALLED.search(reading.bare[max(0, match.start() - 30) : match.start()]):
            spans.append(match.span())
        if len(spans) == _ENOUGH:
            break
    return spans


def _spoken(reading: Reading) -> list[Span]:
    """Find numbers spelt out, digits and words mixed: "không chín một hai …"."""
    spans: list[Span] = []
    for match in _SPOKEN.finditer(reading.bare):
        said = _PAUSE.split(match[0].strip(" \t\n.,-"))
        digits = "".join(_SAID.get(word, word) for word in said)
        if digits.startswith("0") and _RIGHT.fullmatch(digits[1:]):
            spans.append((match.start(), match.start() + len(match[0].rstrip(" \t\n.,-"))))
    return spans
