"""Durations counted in buckets, each a tenth wider than the one before: their percentiles, in bounded memory.

A percentile is the middle of its bucket, so it is at most 5 % from the true one; from a millisecond to a year
there are some 250 buckets. Where there are many counts to keep, four buckets are taken for one: at most 21 %.
"""

import math
from collections.abc import Mapping

_WIDTH = math.log(1.1)

COARSE = 4
"""How many buckets are taken for one of a coarse count."""


def bucket_of(ms: int) -> int:
    """The bucket of a duration; below a millisecond counts as one.

    >>> bucket_of(1), bucket_of(60_000), bucket_of(31_536_000_000)
    (0, 115, 253)
    """
    return int(math.log(max(ms, 1)) / _WIDTH)


def percentile(buckets: Mapping[int, int], share: float, *, width: int = 1) -> int | None:
    """The duration, in ms, that a share of all (0 to 1) did not exceed; None of none.

    Args:
        width: `COARSE` where buckets were divided by it, else 1.

    >>> percentile({bucket_of(60_000): 19, bucket_of(3_600_000): 1}, 0.95)
    60375
    """
    rank = math.ceil(share * sum(buckets.values()))
    for bucket, count in sorted(buckets.items()):
        rank -= count
        if rank <= 0 < count:
            return round(math.exp((bucket + 0.5) * width * _WIDTH))
    return None
