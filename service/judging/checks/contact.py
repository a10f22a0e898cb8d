"""Ways to reach somebody outside: telephone, messengers, bank accounts, e-mail."""

from __future__ import annotations

import re
from itertools import islice

from service.judging.model import Finding, Span
from service.judging.phones import phones
from service.judging.reading import Reading, apart

_ENOUGH, _MOST_AT_SIGNS = 50, 200

_AT = r"(?:\s?@\s?|\s?[\[({]\s?(?:at|a cong|@)\s?[\])}]\s?|\s(?:at|a cong|a con)\s)"
_DOT = r"(?:\.|\s?[\[({]\s?(?:dot|cham|\.)\s?[\])}]\s?|\s?\.\s?|\s(?:dot|cham)\s)"
_DOMAIN_AFTER = re.compile(
    rf"[a-z0-9-]{{2,63}}(?:{_DOT}[a-z0-9-]{{2,63}}){{0,2}}?"
    rf"{_DOT}(?:com|net|org|vn|edu|info|me|io|co)(?:{_DOT}vn)?(?!\w)"
)
_LOCAL_BEFORE = re.compile(r"[a-z0-9](?:[\w.+-]{0,62}\w)?$")
_SAID_AT = re.compile(r"[ (\[{]at[ )\]}]|a cong")
_AT_SIGN = re.compile(_AT)

_MESSENGER = r"(?:zalo|zlo|telegram|tele|tlg|viber|whatsapp|wechat|skype|line id|kakaotalk|gmail|mail|email)"
_BETWEEN = r"(?:\s?(?:id|nick|la|so|cua minh|cua em|minh|em|ad|admin|nhom|kenh|inbox|ib|group)){0,3}"
_NAME = r"[a-z][a-z0-9_.]{4,32}"
_HANDLE = re.compile(
    rf"(?<!\w){_MESSENGER}{_BETWEEN}\s?[:.,\-=]{{0,2}}\s?"
    rf"(?P<handle>@[a-z0-9_.]{{4,32}}|(?<=[:=]){_NAME}|(?<=[:=]\s){_NAME})"
)
_MESSENGER_NAME = re.compile(_MESSENGER)
_ALONE = re.compile(r"[a-z]+")

_BANK = (
    r"(?:vietcombank|vcb|techcombank|tcb|mbbank|mb bank|mb|bidv|agribank|acb|vpbank|tpbank|sacombank|"
    r"vietinbank|vib|hdbank|ocb|shb|msb|seabank|momo|timo|cake|scb|eximbank)"
)
_ACCOUNT_WORD = rf"(?:stk|so tai khoan|so tk|tai khoan|tk|account|chuyen khoan(?: vao| qua| ve)?|ck|{_BANK})"
_OWNER = "cua|minh|em|chau|be|toi|quy"
_FILLER = rf"(?:\W{{1,3}}(?:so|la|tk|stk|ngan hang|bank|nh|vao|qua|ve|{_OWNER}|{_BANK})){{0,4}}"
_MONEY_AFTER = r"\s?(?:d|dong|vnd|k|tr|trieu|ty|usd|nguoi|%)(?!\w)"
_ACCOUNT = re.compile(
    rf"(?<!\w){_ACCOUNT_WORD}{_FILLER}\W{{1,3}}"
    rf"(?P<number>\d(?:[ \-.]?\d){{7,18}}|\d{{3}}a\d{{8}})(?![.,]?\d)(?!{_MONEY_AFTER})"
)
_BANK_AFTER = re.compile(
    rf"(?<![\w.,])(?P<number>\d(?:[ \-]?\d){{7,18}})\W{{1,3}}(?:ngan hang\s|bank\s)?{_BANK}(?!\w)"
)
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+")


def contact(reading: Reading) -> Finding | None:
    """Find what others could be reached by; spans hold the number or the name without the words around it.

    >>> from service.judging.reading import read
    >>> contact(read("zalo O9I2.345.678 nhé")).spans
    ((5, 17),)
    >>> contact(read("Phạt 100.000.000 đồng theo Nghị định 100/2019/NĐ-CP")) is None
    True
    """
    spans = reading.once(contacts)
    if not spans:
        return None
    return Finding("contact", "contact", 0.95, apart([reading.span(*span) for span in spans]))


def contacts(reading: Reading) -> list[Span]:
    """Give all of them as ranges of `Reading.plain`."""
    plain = reading.plain
    spans = phones(reading)
    if "@" in plain or (_may_say_at(reading) and _SAID_AT.search(reading.bare)):
        spans += _emails(reading.bare)
    if "@" in plain or ":" in plain or "=" in plain:
        found = _HANDLE.finditer(reading.bare)
        spans += [match.span("handle") for match in found if _is_handle(match["handle"])]
    if reading.digits >= 8:
        spans += _accounts(reading.bare)
    return spans


def _may_say_at(reading: Reading) -> bool:
    """Tell, without reading the text once more, whether `_SAID_AT` may be in it."""
    return "at" in reading.keys or "a cong" in " ".join(reading.keys)


def _emails(bare: str) -> list[Span]:
    spans: list[Span] = []
    for match in islice(_AT_SIGN.finditer(bare), _MOST_AT_SIGNS):
        domain = _DOMAIN_AFTER.match(bare, match.end())
        local = _LOCAL_BEFORE.search(bare[max(0, match.start() - 64) : match.start()])
        if domain and local and not (match[0][0] == " " and _MESSENGER_NAME.fullmatch(local[0])):
            spans.append((match.start() - len(local[0]), domain.end()))
        if len(spans) == _ENOUGH:
            break
    return spans


def _is_handle(handle: str) -> bool:
    """A name after a colon counts with a digit or an underscore in it: "zalo: liên hệ" is none."""
    return handle.startswith("@") or _ALONE.fullmatch(handle) is None


def _accounts(bare: str) -> list[Span]:
    spans: list[Span] = []
    for pattern in (_ACCOUNT, _BANK_AFTER):
        for match in pattern.finditer(bare):
            if not _GROUPED.fullmatch(match["number"]):
                spans.append(match.span("number"))
            if len(spans) >= _ENOUGH:
                break
    return spans
