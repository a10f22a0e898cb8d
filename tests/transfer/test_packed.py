"""Files packed with gzip, as Disqus hands its exports out; `test_remark42` has the damaged ones."""

import gzip
import io

from service.transfer.formats.disqus import read
from service.transfer.formats.foreign import ForeignThread, Options
from service.transfer.records import Bad

EXPORT = (
    '<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">'
    + "".join(f'<thread dsq:id="{n}"><link>https://bao.vn/{n * 7919}</link></thread>' for n in range(3_000))
    + "</disqus>"
).encode()


def told(content: bytes) -> list[object]:
    return [one.record for one in read(io.BytesIO(content), Options())]


def test_a_packed_export_is_read_like_one_that_is_not() -> None:
    assert told(gzip.compress(EXPORT)) == told(EXPORT)


def test_a_packed_export_that_was_cut_off_is_read_as_far_as_it_goes() -> None:
    *threads, last = told(gzip.compress(EXPORT)[:-900])
    assert last == Bad("the file ends here: the Disqus export was cut off")
    assert len(threads) > 1_000
    assert all(isinstance(thread, ForeignThread) for thread in threads)
