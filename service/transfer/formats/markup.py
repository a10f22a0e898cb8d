"""HTML of a comment to the text that a reader of it saw.

What other systems keep was cleaned by them when it was written, or is when it is shown; here all tags go, so
that it need not be trusted. Whoever shows the text escapes it, as any other.
"""

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from urllib.parse import urlsplit

Attributes = Sequence[tuple[str, str | None]]

_PARAGRAPHS = frozenset(
    {"p", "blockquote", "pre", "ul", "ol", "dl", "table", "hr", *(f"h{n}" for n in range(1, 7))}
)
_LINES = frozenset({"br", "div", "li", "tr", "dt", "dd", "section", "article", "figure", "figcaption"})
_UNSHOWN = frozenset({"script", "style", "template", "iframe", "title"})
_MOST_QUOTED = 9  # levels that a line shows
_MARKED = re.compile("[<&]")
_ALONE = re.compile("<(?=[^<>]*(?:<|$))")
"""What begins no tag. Python's parser looks for the end of each, time and again: many take it minutes."""

_SPACES = re.compile("[ \t\r\n\f]+")
_LINE_END = re.compile("\r\n|[\r\n]")
_GAP = re.compile("\n{3,}")
_SCHEME = re.compile(r"^https?://(?:www\.)?", re.IGNORECASE)
_SHORTENED = re.compile(r"(?:\.\.\.|…)$")


def text_of(html: str, *, lines: bool = False) -> str:
    r"""The text, with paragraphs an empty line apart and the address of a link in brackets behind its words.

    Args:
        lines: whether a line break in the source is one in the text.

    >>> text_of("<p>Hay <b>quá</b>,<br>xem <a href='https://a.vn/1'>ở đây</a></p><script>x</script>R&amp;D")
    'Hay quá,\nxem ở đây (https://a.vn/1)\n\nR&D'
    """
    if _MARKED.search(html) is None:
        return html if lines else _SPACES.sub(" ", html)
    tame = _ALONE.sub("&lt;", _without_remarks(html))
    try:
        return _reduced(tame, lines=lines)
    except AssertionError:  # a declaration that Python's parser knows nothing of, such as <![x[>
        return _reduced(tame.replace("<!", "&lt;!"), lines=lines)


def _without_remarks(html: str) -> str:
    kept, at = [], 0
    while (begins := html.find("<!--", at)) >= 0 and (ends := html.find("-->", begins + 4)) >= 0:
        kept.append(html[at:begins])
        at = ends + 3
    return "".join([*kept, html[at:]])


def _reduced(html: str, *, lines: bool) -> str:
    reducer = _Reducer(lines=lines)
    reducer.feed(html)
    reducer.close()
    return reducer.text()


class _Reducer(HTMLParser):
    """Collects lines; an empty one parts paragraphs."""

    def __init__(self, *, lines: bool) -> None:
        super().__init__()
        self._keeps_lines = lines
        self._lines: list[str] = []
        self._line: list[str] = []
        self._depth = {"blockquote": 0, "pre": 0, "unshown": 0}
        self._link: tuple[str, int] | None = None  # where it leads, and how many parts of the line precede it

    def text(self) -> str:
        self._end_link()
        self._end_line()
        return _GAP.sub("\n\n", "\n".join(self._lines)).strip()

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if tag in _PARAGRAPHS or tag in _LINES:
            self._block(tag)
        self._nest("unshown" if tag in _UNSHOWN else tag, 1)
        if tag == "li":
            self._line.append("- ")
        elif tag == "a":
            self._end_link()
            self._link = (_web_address(dict(attrs).get("href")), len(self._line))
        elif tag == "img":
            shown = dict(attrs)
            self._line.append(shown.get("alt") or _web_address(shown.get("src")))

    def handle_endtag(self, tag: str) -> None:
        if tag in _PARAGRAPHS or (tag in _LINES and tag != "br"):
            self._block(tag)
        if tag == "a":
            self._end_link()
        self._nest("unshown" if tag in _UNSHOWN else tag, -1)

    def handle_data(self, data: str) -> None:
        if self._depth["unshown"]:
            return
        if not (self._keeps_lines or self._depth["pre"]):
            self._line.append(_SPACES.sub(" ", data))
            return
        first, *rest = _LINE_END.split(data)
        self._line.append(first)
        for line in rest:
            self._end_line(always=True)
            self._line.append(line)

    def _nest(self, name: str, change: int) -> None:
        if name in self._depth:
            self._depth[name] = max(0, self._depth[name] + change)

    def _block(self, tag: str) -> None:
        """Where a block begins or ends: the line is over, and after a paragraph comes an empty one."""
        self._end_line(always=tag == "br")
        if tag in _PARAGRAPHS and self._lines:
            self._lines.append("")

    def _end_line(self, *, always: bool = False) -> None:
        """Begin a new line, unless this one is empty and nobody asked for an empty one."""
        line = "".join(self._line)
        if not self._depth["pre"]:
            line = _SPACES.sub(" ", line).strip()
        if line or always:
            self._lines.append("> " * min(self._depth["blockquote"], _MOST_QUOTED) + line)
        self._line = []
        if self._link is not None:
            self._link = (self._link[0], 0)

    def _end_link(self) -> None:
        """Put the address behind the words of a link, or in their place where they are the address."""
        if self._link is None:
            return
        (address, begins), self._link = self._link, None
        words = "".join(self._line[begins:]).strip()
        if address and _is_address(words, address):
            self._line[begins:] = [address]
        elif address:
            self._line.append(f" ({address})")


def _web_address(said: str | None) -> str:
    """An address that leads to the web; nothing for a script, a mail, a place on the page."""
    try:
        parts = urlsplit((said or "").strip())
    except ValueError:
        return ""
    return parts.geturl() if parts.scheme in ("http", "https") and parts.netloc else ""


def _is_address(words: str, address: str) -> bool:
    """Whether the words of a link are its address, whole or shortened, or missing."""
    seen, whole = _bare(_SHORTENED.sub("", words)), _bare(address)
    return seen == whole or (_SHORTENED.search(words) is not None and whole.startswith(seen)) or not words


def _bare(address: str) -> str:
    return _SCHEME.sub("", address).rstrip("/").casefold()
