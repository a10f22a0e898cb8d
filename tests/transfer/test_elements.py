"""XML is read as a stream: what is broken, cut off, hostile or no XML at all."""

import io
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from service.transfer.formats.elements import LONGEST, Broken, Element, elements
from service.transfer.formats.mending import mended
from service.transfer.records import Unreadable

BOMB = """<?xml version="1.0"?>
<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;&x;&x;&x;&x;"><!ENTITY z "&y;&y;&y;&y;&y;&y;&y;&y;">]>
<a><b>&z;</b></a>"""
FILE = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><b>&x;</b></a>'


def read(document: str | bytes, wanted: tuple[str, ...] = ("a/b",)) -> list[Element | Broken]:
    content = document if isinstance(document, bytes) else document.encode()
    return list(elements(io.BytesIO(content), "a", wanted, "test file"))


def texts(document: str | bytes, wanted: tuple[str, ...] = ("a/b",)) -> list[Any]:
    return [found.text for found in read(document, wanted) if isinstance(found, Element)]


def test_an_element_comes_with_its_line_and_attributes() -> None:
    [found] = read('<a>\n\n<b x="1"\n>Hay</b></a>')
    assert found == Element("a/b", 3, {"x": "1"}, "Hay")


def test_empty_lines_before_the_beginning_do_no_harm() -> None:
    [found] = read('\n \n<?xml version="1.0"?>\n<a><b>Hay</b></a>')
    assert isinstance(found, Element)
    assert (found.line, found.text) == (4, "Hay")


def test_only_what_is_wanted_is_kept() -> None:
    document = "<a><c><b>nein</b></c><b>một<c>không</c>hai</b><x:b>không</x:b></a>"
    assert texts(document) == ["mộthai"]
    assert texts(document, ("a/b", "a/b/c")) == ["không", "mộthai"]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("<![CDATA[a ]]]]><![CDATA[> b]]>", "a ]]> b"),
        ("<![CDATA[R&D &amp; &#8; <b>]]>", "R&D &amp; &#8; <b>"),
        ("?a=1&b=2&amp;c=3", "?a=1&b=2&c=3"),
        ("&nbsp;&copy &#7871;&#x1ebf;&lt;", "&nbsp;&copy ếế<"),
        ("a&#8;b&#x0B;c&#31;d&#0;e&#10;f", "abcde\nf"),
        ("a\x08b\x0bc\x00d", "abcd"),
        ("<![CDATA[a\x08b]]>", "ab"),
    ],
)
def test_what_exporters_get_wrong_is_mended(written: str, read_as: str) -> None:
    assert texts(f"<a><b>{written}</b></a>") == [read_as]


@given(
    st.lists(st.sampled_from(["<![CDATA[", "]]>", "]", "&", "&amp;", "<", "x" * 20, "&#8;", "amp;"])),
    st.integers(1, 40),
)
@example(["<![CDATA[", "&", "]]>", " & &amp; ]] <b> and more"], 1)
def test_what_is_mended_may_be_parted_anywhere(pieces: list[str], size: int) -> None:
    whole = "".join(pieces).encode()
    parted = (whole[start : start + size] for start in range(0, len(whole), size))
    assert b"".join(mended(parted)) == b"".join(mended([whole]))


@pytest.mark.parametrize("document", [BOMB, FILE, FILE.replace("<a>", "<a x='&x;'>"), "<!DOCTYPE a><a/>"])
def test_a_document_type_is_refused_and_with_it_every_entity(document: str) -> None:
    with pytest.raises(Unreadable, match="this is no test file: it declares a document type"):
        read(document)


@pytest.mark.parametrize(
    "document", ["", "không phải XML", b"SQLite format 3\0", b"\xff\xfe", '{"format":"codau"}']
)
def test_what_is_no_xml_is_refused(document: str | bytes) -> None:
    with pytest.raises(Unreadable, match="this is no test file: it is no XML"):
        read(document)


def test_another_root_is_refused() -> None:
    with pytest.raises(Unreadable, match="this is no test file: it begins with <html>, not with <a>"):
        read("<html><a><b>Hay</b></a></html>")


@pytest.mark.parametrize("end", ["<b>Hai", "<b", "", "<b>Hai</b>", "<b><![CDATA[Hai", "<b>Hai &am"])
def test_a_file_that_was_cut_off_is_read_as_far_as_it_goes(end: str) -> None:
    first, *rest = read(f"<a>\n<b>Một</b>\n{end}")
    assert isinstance(first, Element)
    assert rest[-1] == Broken(3, "the file ends here: the test file was cut off")


@pytest.mark.parametrize("wrong", ["<b>Hai</c>", "<b x=1>Hai</b>", "<b>Hai < 3</b>", "<b>\udcff</b>", "]]>"])
def test_a_file_that_is_broken_is_read_as_far_as_it_goes(wrong: str) -> None:
    document = f"<a>\n<b>Một</b>\n{wrong}\n<b>Ba</b></a>".encode("utf-8", "surrogateescape")
    first, *_, last = read(document)
    assert (isinstance(first, Element), last) == (
        True,
        Broken(3, "is no well-formed XML; nothing after it was read"),
    )


def test_a_text_that_is_too_long_is_not_held() -> None:
    assert texts(f"<a><b>{'x' * (LONGEST + 1)}</b><b>Hay</b></a>") == [None, "Hay"]


def test_elements_that_lie_in_one_another_without_end_are_not_read() -> None:
    [found] = read("<a>" + "<c>" * 5_000)
    assert isinstance(found, Broken)


def test_a_tag_without_end_is_not_held() -> None:
    class Endless(io.RawIOBase):
        """An attribute of which more and more comes."""

        given = 0

        def readable(self) -> bool:
            return True

        def readinto(self, into: Any) -> int:
            into[:] = (b"x" if self.given else b"<a x='x").ljust(len(into), b"x")
            self.given += len(into)
            return len(into)

    endless = Endless()
    with pytest.raises(Unreadable):
        next(elements(io.BufferedReader(endless), "a", (), "test file"))
    assert endless.given < 16 << 20
