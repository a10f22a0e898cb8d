"""What a thread of another system is called here: as the website will name it when it asks for comments."""

from enum import StrEnum
from urllib.parse import urlsplit

from service.transfer.formats.foreign import ForeignThread


class NameFrom(StrEnum):
    """What the name is taken from."""

    ID = "id"
    URL = "url"
    PATH = "path"


def name_of(thread: ForeignThread, chosen: NameFrom | None) -> str | None:
    """The name, None where the file does not say what it is made from.

    By default it is the id that the website gave the other system, else the address.

    >>> thread = ForeignThread("9", id="4711", url="https://bao.vn/doi-song/ket-xe/?trang=2#binh-luan")
    >>> [name_of(thread, chosen) for chosen in (None, NameFrom.URL, NameFrom.PATH)]
    ['4711', 'https://bao.vn/doi-song/ket-xe/?trang=2#binh-luan', '/doi-song/ket-xe/']
    """
    match chosen:
        case None:
            return thread.id or thread.url
        case NameFrom.ID:
            return thread.id
        case NameFrom.URL:
            return thread.url
        case NameFrom.PATH:
            return _path(thread.url)


def _path(url: str | None) -> str | None:
    """The path of an address; with the query where that alone tells articles apart (`/?p=4711`)."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return f"/?{parts.query}" if parts.path == "/" and parts.query else parts.path or None
