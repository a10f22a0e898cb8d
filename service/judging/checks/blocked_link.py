"""A link to a domain on the site's list, in any disguise."""

from __future__ import annotations

from service.judging.links import belongs, links
from service.judging.model import Finding, Rules
from service.judging.reading import Reading


def blocked_link(reading: Reading, rules: Rules) -> Finding | None:
    """Find links to blocked domains and what is below them.

    >>> from service.judging.reading import read
    >>> blocked_link(read("vào an . com đi"), Rules(blocked_domains=("an.com",))).spans
    ((4, 12),)
    """
    if not rules.blocked_domains:
        return None
    seen = [one for one in reading.once(links) if belongs(one.host, rules.blocked_domains)]
    if not seen:
        return None
    return Finding(
        "blocked_link", "blocked_link", 1.0, tuple(reading.span(one.start, one.end) for one in seen)
    )
