"""Random bits for ids, drawn from the kernel many at once."""

import secrets

_DRAWN = 4_096


class Chance:
    """As `secrets.randbits`, without a system call each time: it was every third one of intake's.

    What has been drawn is handed out once. Not to be shared by processes.
    """

    def __init__(self) -> None:
        self._drawn, self._at = b"", 0

    def __call__(self, bits: int) -> int:
        size = -(-bits // 8)
        if self._at + size > len(self._drawn):
            self._drawn, self._at = secrets.token_bytes(max(_DRAWN, size)), 0
        self._at += size
        return int.from_bytes(self._drawn[self._at - size : self._at]) >> (size * 8 - bits)
