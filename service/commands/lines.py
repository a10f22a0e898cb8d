"""A stream of bytes cut into lines, and lines put together in chunks. It reads and judges nothing itself."""

from collections import deque

LONGEST = 65_536
"""Bytes of a line, as many as a whole request over HTTP may have; of a longer one the rest is dropped."""

CHUNK_LINES = 128
CHUNK_BYTES = 16_384
"""How much is judged in one go, some 90 ms: little enough that all processes end at about the same time."""


class Lines:
    """Chunks of lines, in the order in which they came.

    A line ends with LF alone, as JSON lines do; a last one without an end is a line, too.

    Attributes:
        chunks: whole lines joined by LF, without the last one's end. Whoever uses them takes them out.
    """

    def __init__(self) -> None:
        self.chunks: deque[bytes] = deque()
        self._begun = b""

    def feed(self, data: bytes) -> None:
        """Take what was read; nothing is held back but a line that has not ended.

        >>> lines = Lines()
        >>> lines.feed(b"mot" + b"\\n" + b"hai" + b"\\n" + b"b")
        >>> lines.chunks.popleft().split(b"\\n"), len(lines.chunks)
        ([b'mot', b'hai'], 0)
        """
        first, *others = data.split(b"\n")
        first = (self._begun + first)[: LONGEST + 1]
        *whole, self._begun = first, *(line[: LONGEST + 1] for line in others)
        self._put_together(whole)

    def end(self) -> None:
        """Take the end of the stream."""
        if self._begun:
            self.chunks.append(self._begun)
            self._begun = b""

    def _put_together(self, whole: list[bytes]) -> None:
        chunk: list[bytes] = []
        size = 0
        for line in whole:
            chunk.append(line)
            size += len(line) + 1
            if len(chunk) == CHUNK_LINES or size >= CHUNK_BYTES:
                self.chunks.append(b"\n".join(chunk))
                chunk, size = [], 0
        if chunk:
            self.chunks.append(b"\n".join(chunk))
