"""The signed cookie: what a browser cannot make up."""

import pytest

from examples.newspaper.session import KEPT_COMMENTS, Reader, Signer

SIGNER = Signer("website-key")


def test_a_reader_is_read_back_as_written() -> None:
    reader = Reader("Đỗ Thị Nga", [("giao-duc/4711", "a"), ("doi-song/1", "b")])

    assert SIGNER.load(SIGNER.dump(reader)) == reader


@pytest.mark.parametrize("value", ["", ".", "x", "e30=.00", "é.à", SIGNER.dump(Reader("An")) + "0"])
def test_a_cookie_that_is_not_ours_is_a_reader_we_do_not_know(value: str) -> None:
    assert SIGNER.load(value) == Reader()


def test_an_altered_cookie_is_not_ours() -> None:
    ours = Signer("another-key").dump(Reader("An", [("a/1", "c")]))

    assert SIGNER.load(ours) == Reader()


def test_only_the_latest_comments_are_kept_and_the_cookie_stays_small() -> None:
    reader = Reader()
    for number in range(KEPT_COMMENTS + 5):
        reader.remember("Đ" * 80, "giao-duc/4711", f"{number:040d}")

    assert len(reader.sent) == KEPT_COMMENTS
    assert reader.sent_to("giao-duc/4711")[0] == f"{KEPT_COMMENTS + 4:040d}"
    assert len(SIGNER.dump(reader)) < 4000


def test_a_comment_sent_twice_is_remembered_once() -> None:
    reader = Reader()
    reader.remember("An", "a/1", "c")
    reader.remember("An", "a/1", "c")

    assert reader.sent == [("a/1", "c")]
