"""The formats of other comment systems: a module for each, found by its name on the command line."""

from collections.abc import Mapping
from importlib import import_module

from service.transfer.formats.foreign import Reader

_MODULES: Mapping[str, str] = {
    "wordpress": "wordpress",
    "disqus": "disqus",
    "isso": "isso",
    "remark42": "remark42",
    "csv": "table",
}


def reader_of(name: str) -> Reader:
    """The function `read` of a format's module.

    Raises:
        KeyError: there is no such format.
    """
    reader: Reader = import_module(f"service.transfer.formats.{_MODULES[name]}").read
    return reader
