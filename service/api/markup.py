"""A comment's text as HTML: everything escaped, line breaks kept, plain web addresses made into links.

Only addresses with a scheme or `www.` are linked: what else might be one is for the checks to find, not for
readers to click. The links say that the newspaper does not vouch for them.
"""

import re
from html import escape

_ADDRESS = re.compile(r"(?:https?://|www\.)[^\s<>\"'`]{1,2000}", re.IGNORECASE)
_AFTER = ".,;:!?)]}…»”’"
_REL = "nofollow ugc noopener"


def html_of(text: str) -> str:
    r"""The text as a fragment of HTML.

    >>> html_of("Xem https://vidu.vn/a?b=1&c=2.\n<b>Hay</b>")
    'Xem <a href="https://vidu.vn/a?b=1&amp;c=2" rel="nofollow ugc noopener">https://vidu.vn/a?b=1&amp;c=2</a>.<br>&lt;b&gt;Hay&lt;/b&gt;'
    """
    parts, end = [], 0
    for found in _ADDRESS.finditer(text):
        address = found[0].rstrip(_AFTER)
        parts += [escape(text[end : found.start()]), _link(address)]
        end = found.start() + len(address)
    parts.append(escape(text[end:]))
    return "".join(parts).replace("\n", "<br>")


def _link(address: str) -> str:
    target = address if address[:4].lower() == "http" else f"https://{address}"
    return f'<a href="{escape(target)}" rel="{_REL}">{escape(address)}</a>'
