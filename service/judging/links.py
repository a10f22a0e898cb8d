"""Where a text links to, in whatever way the address is written. Which links are wanted is not decided here.

A bare name with a dot is an address only when the name could not be a Vietnamese word before a full stop
whose blank was forgotten ("ngon.vi", "an.com"): such ones are given as `unsure`, for lists that name them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from service.judging.letters import collapsed
from service.judging.reading import Reading
from service.judging.syllable import could_be_syllable

_ENOUGH = 100
"""Links after which a text is not searched on."""
_ENOUGH_APART, _MOST_APART = 20, 200
"""The same for those in disguise, found and tried, since they cost more."""

# Top-level domains met in links of Vietnamese comments and in advertising. A two-letter one other than .vn is
# often a word ("vi", "co", "me"), so it counts only with a path, a scheme or `www.`.
_COMMON = (
    "com|net|org|info|biz|edu|gov|mobi|vn|xyz|top|club|online|site|shop|store|website|space|vip|win|bet|casino|poker|"
    "game|games|live|life|link|click|icu|cyou|asia|app|dev|pro|fun|fan|news|blog|cloud|host|work|today|agency|"
    "company|group|center|loan|loans|money|cash|finance|credit|sale|deals|social|chat|video|tube|sex|porn|xxx|"
    "bond|sbs|lol|buzz|monster|rest|cfd|ltd|one|run|wiki|world|zone|best|plus"
)
_COMMON_SET = frozenset(_COMMON.split("|"))
_WITH_A_NUMBER = "live|casino|fun|click|link|pro|space|icu|one|run|games|bond|lol|cc"
"""Words enough to stand after a full stop; set apart they make an address only of a name with a number."""
_SURE_APART = "com|net|org|info|vn|xyz|top|club|online|site|shop|store|vip|win|bet|asia|app|biz"

_HINTS = frozenset(map(collapsed, f"{_SURE_APART}|{_WITH_A_NUMBER}".split("|")))
"""Without one of these as a word of its own there is no address with its dot set apart."""

_SHORTENERS = frozenset(
    [
        *("bit.ly", "t.me", "zalo.me", "goo.gl", "youtu.be", "fb.me", "m.me", "t.co", "amzn.to", "rb.gy"),
        *("is.gd", "cutt.ly", "shope.ee", "s.id", "linktr.ee", "telegra.ph", "discord.gg", "wa.me"),
        *("fb.watch", "g.page", "forms.gle", "ouo.io", "v.gd", "t.ly", "lnkd.in", "g.co", "vt.tiktok.com"),
        *("qr.ae", "adf.ly"),
    ]
)
_NEVER_A_WORD = frozenset(["cc", "cf", "gq", "pw", "ws"])
"""Two-letter domains given away to swindlers that no comment goes on with after a forgotten blank."""
_AFTER_A_COMMA = frozenset(["com", "net", "org", "vn"])
_NO_ADDRESS = frozenset(["asp.net", "vb.net", "ado.net", "next.js", "node.js"])

_TEAM = re.compile(r"(?:[a-z]|covid-?)\d{1,2}\.vn")  # "U23.vn" is a team before a full stop
_NO_EMOJI = "\U00010000-\U0010ffff"
"""Letters beyond 16 bits are read as plain ones, so what is left of them ends an address."""
_SCHEME = re.compile(
    r"(?:https?|hxxps?|ftp)(?:\s?:\s?/\s?/|//)(?P<blank>\s?)"
    rf"(?P<host>[^\s/?#<>\"'()\[\]{{}}!,;…“”‘’«»{_NO_EMOJI}]{{1,253}})"
)
_TIGHT = re.compile(r"(?<![\w@.-])[\w-]{1,63}+(?:\.[\w-]{1,63}+){1,8}+(?![\w@])")
_DOT_WORD = r"(?:\s?[\[({]\s?(?:\.|dot|cham|,)\s?[\])}]\s?|\s(?:dot|cham)\s|(?<=\w)[•·∙](?=\w))"
_APART = re.compile(
    rf"(?:(?P<blank>\s\.\s?|\.\s|(?<=\w),(?=\w))|(?P<said>{_DOT_WORD}))"
    rf"(?P<tld>{_SURE_APART}|(?P<weak>{_WITH_A_NUMBER}))(?:(?:\s?\.\s?|{_DOT_WORD})vn)?(?!\w)"
)
_NAME_BEFORE = re.compile(r"(?:[a-z0-9-]{1,63}(?:\.|" + _DOT_WORD + r")){0,3}[a-z0-9-]{2,63}$")
_PATH = re.compile(rf"(?::\d{{1,5}})?(?:[/?#][^\s<>\"{_NO_EMOJI}]*)?")
_DOTS = re.compile(_DOT_WORD + r"|\s?\.\s?|,")
_HOST = re.compile(r"(?:[^\s@/]*@)?([^\s:/]+)")
_TRAILING = ".,;:!?)]}'\"…“”‘’«»"


@dataclass(frozen=True, slots=True)
class Link:
    """An address in a text.

    Attributes:
        host: lower case, without `www.`.
        start: in `Reading.plain`.
        end: in `Reading.plain`.
        sure: False for what may as well be two words and a full stop.
        disguised: its dot is set apart, in brackets, or spelt out.
    """

    host: str
    start: int
    end: int
    sure: bool
    disguised: bool = False


def links(reading: Reading) -> list[Link]:
    """Find addresses, sure and unsure ones, in the order of the text.

    >>> from service.judging.reading import read
    >>> text = read("Vào nohu88 . com hoặc https://abc.vn/x nhé. Ngon.vi ai cũng khen")
    >>> [link.host for link in links(text) if link.sure]
    ['nohu88.com', 'abc.vn']
    """
    plain = reading.plain
    found: list[Link] = []
    if "//" in plain or ("/" in plain and ":" in plain):
        found += _with_scheme(plain)
    if _has_inner_dot(plain):
        found += _tight(plain)
    if not _HINTS.isdisjoint(reading.keys):
        found += _apart(reading)
    return _first_of_each(found) if found else found


def _has_inner_dot(plain: str) -> bool:
    """Tell whether a dot stands before a letter or digit; those that end a sentence do not."""
    place = plain.find(".")
    while place >= 0:
        if plain[place + 1 : place + 2].isalnum():
            return True
        place = plain.find(".", place + 1)
    return False


def _with_scheme(plain: str) -> list[Link]:
    seen = []
    for match in _SCHEME.finditer(plain):
        host = _HOST.match(match["host"])
        if host is not None and ("." in host[1] or not match["blank"]):
            seen.append(Link(_name(host[1]), match.start(), _end(plain, match.end()), sure=True))
        if len(seen) == _ENOUGH:
            break
    return seen


def _tight(plain: str) -> list[Link]:
    seen = []
    for match in _TIGHT.finditer(plain):
        host = match[0]
        end = _end(plain, match.end())
        labels = host.split(".")
        if not labels[-1].isalpha() or len(labels[-1]) < 2 or "" in labels:
            continue
        sure = _is_address(labels, has_path=plain[match.end() : match.end() + 1] == "/")
        seen.append(Link(_name(host), match.start(), end, sure))
        if len(seen) == _ENOUGH:
            break
    return seen


def _is_address(labels: list[str], *, has_path: bool) -> bool:
    """Tell whether a name with dots, nothing before it, is surely an address."""
    host = ".".join(labels)
    if host in _NO_ADDRESS or not host.isascii():
        return False
    if labels[0] == "www" or host in _SHORTENERS or ".".join(labels[-2:]) in _SHORTENERS:
        return True
    if _TEAM.fullmatch(host):
        return False
    top, name = labels[-1], labels[-2]
    if top in _COMMON_SET:
        if len(labels) > 2 and (top == "vn" or not could_be_syllable(name)):
            return True
        return has_path or (len(name) > 1 and not name.isdigit() and not could_be_syllable(name))
    return (has_path or top in _NEVER_A_WORD) and len(top) == 2 and not could_be_syllable(name)


def _apart(reading: Reading) -> list[Link]:
    seen: list[Link] = []
    for match in islice(_APART.finditer(reading.bare), _MOST_APART):
        before = reading.plain[max(0, match.start() - 120) : match.start()]
        name = _NAME_BEFORE.search(before)
        if name is None or before[: name.start()][-1:].isalnum():
            continue
        start = match.start() - len(name[0])
        last = _DOTS.split(name[0])[-1]
        if match["blank"] == ". " and (could_be_syllable(last) or _begins_a_sentence(reading, match)):
            continue
        if match["weak"] and (match["blank"] == ". " or last.isalpha()):
            continue
        if match["blank"] == "," and match["tld"] not in _AFTER_A_COMMA:
            continue
        host = _DOTS.sub(".", reading.bare[start : match.end()])
        said = match["said"] is not None
        sure = not last.isdigit() and (
            said or (not could_be_syllable(last) and _followed_well(reading, match))
        )
        seen.append(Link(_name(host), start, _end(reading.plain, match.end()), sure, disguised=True))
        if len(seen) == _ENOUGH_APART:
            break
    return seen


def _followed_well(reading: Reading, match: re.Match[str]) -> bool:
    """Tell apart "abc . vn" and a sentence that begins with "VN": the country stands before further words."""
    if match["tld"] != "vn":
        return True
    after = reading.plain[match.end() : match.end() + 2].lstrip(" ")
    return not after[:1].isalpha()


def _begins_a_sentence(reading: Reading, match: re.Match[str]) -> bool:
    """Tell a word from the end of an address by its capital; telephones write "abc. Com" by themselves."""
    start, end = reading.span(*match.span("tld"))
    return match["tld"] not in _AFTER_A_COMMA and reading.text[start:end].istitle()


def _name(host: str) -> str:
    return host.removeprefix("www.").strip(_TRAILING)


def _end(plain: str, end: int) -> int:
    """Take in port and path; what closes the sentence stays outside."""
    path = _PATH.match(plain, end)
    last = path.end() if path else end
    while last > end and plain[last - 1] in _TRAILING:
        last -= 1
    return last


def _first_of_each(found: list[Link]) -> list[Link]:
    kept: list[Link] = []
    for link in sorted(found, key=lambda link: (link.start, not link.sure, -link.end)):
        if not kept or link.start >= kept[-1].end:
            kept.append(link)
        elif link.sure and not kept[-1].sure:
            kept[-1] = link
    return kept


def belongs(host: str, domains: tuple[str, ...]) -> bool:
    """Tell whether a host is one of some domains or below one.

    >>> belongs("m.abc.com", ("abc.com",)), belongs("xabc.com", ("abc.com",))
    (True, False)
    """
    return any(host == domain or host.endswith("." + domain) for domain in map(_bare_domain, domains))


def _bare_domain(entry: str) -> str:
    entry = entry.strip().lower()
    return entry.split("://")[-1].split("/")[0].removeprefix("*.").removeprefix("www.").strip(".")
