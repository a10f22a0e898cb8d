"""Files that may be packed with gzip, as Remark42 and Disqus hand theirs out."""

import gzip
import io
import zlib
from typing import BinaryIO, cast

DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile)
"""What reading a packed file raises where it was cut off, or is not as it was packed."""

_GZIP = b"\x1f\x8b"


def unpacked(file: BinaryIO) -> BinaryIO:
    """What is in the file if it is packed, else the file; read as it is wanted, however much it comes to."""
    buffered = file if isinstance(file, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, file))
    packed = buffered.peek(len(_GZIP)).startswith(_GZIP)
    return cast(BinaryIO, gzip.GzipFile(fileobj=buffered)) if packed else buffered
