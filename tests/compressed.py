"""What is compressed somewhere, read again: for tests that look for words in all that a server keeps."""

from collections.abc import Iterator
from pathlib import Path

import zstandard

from service.comments import compression


def decompressed(place: bytes) -> Iterator[bytes]:
    """Every record that is in it, by how compressed data begin."""
    dictionary = Path(compression.__file__).with_suffix(".bin").read_bytes()
    reader = zstandard.ZstdDecompressor(dict_data=zstandard.ZstdCompressionDict(dictionary))
    begins = place.find(zstandard.FRAME_HEADER)
    while begins >= 0:
        yield reader.decompressobj().decompress(place[begins:])
        begins = place.find(zstandard.FRAME_HEADER, begins + 1)


def readable(place: bytes) -> bytes:
    """All of it, as it is and decompressed."""
    return b"\n".join([place, *decompressed(place)])
