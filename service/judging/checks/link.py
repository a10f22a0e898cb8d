"""More links than the site allows."""

from __future__ import annotations

from service.judging.links import belongs, links
from service.judging.model import Finding, Rules
from service.judging.reading import Reading


def link(reading: Reading, rules: Rules) -> Finding | None:
    """Find links that nobody asked for; those to trusted domains are not counted.

    >>> from service.judging.reading import read
    >>> link(read("Xem ở https://abc.vn/tin nhé"), Rules()).spans
    ((6, 24),)
    >>> link(read("Ngon.Vì sao không ăn?"), Rules()) is None
    True
    """
    seen = [one for one in reading.once(links) if one.sure and not belongs(one.host, rules.trusted_domains)]
    if len(seen) <= rules.links_allowed:
        return None
    spans = tuple(reading.span(one.start, one.end) for one in seen)
    return Finding("link", "link", 0.9 if all(one.disguised for one in seen) else 1.0, spans)
