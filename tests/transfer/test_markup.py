"""HTML becomes the text that a reader of it saw; nothing of it stays that a browser would run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.transfer.formats.fitting import body
from service.transfer.formats.foreign import Form
from service.transfer.formats.markup import text_of

BROWSERS = {
    "paragraphs": ("<p>Một</p><p>Hai</p>", "Một\n\nHai"),
    "paragraphs that are not ended": ("<p>Một<p>Hai", "Một\n\nHai"),
    "a line break": ("Một<br>Hai<br/>Ba<br />Bốn", "Một\nHai\nBa\nBốn"),
    "two line breaks": ("Một<br><br>Hai", "Một\n\nHai"),
    "many line breaks": ("Một<br><br><br><br><br>Hai", "Một\n\nHai"),
    "divisions": ("<div>Một</div><div>Hai</div>", "Một\nHai"),
    "a line break in the source": ("Một\n  hai\tba", "Một hai ba"),
    "spaces around tags": ("Một <b> hai </b> ba", "Một hai ba"),
    "a text without tags": ("Một  \n hai", "Một hai"),
    "tags within a line": ("<b>Rất</b> <i>hay</i> <u>và</u> <s>đúng</s>", "Rất hay và đúng"),
    "entities": ("R&amp;D &lt;3 &quot;hay&quot; &#7871; &#x1EBF; &hellip;", 'R&D <3 "hay" ế ế …'),
    "an entity without its semicolon": ("R&ampD &ltb", "R&D <b"),
    "entities escaped twice": ("&amp;lt;b&amp;gt;", "&lt;b&gt;"),
    "a quotation": ("<blockquote>Một<br>Hai</blockquote>Không phải", "> Một\n> Hai\n\nKhông phải"),
    "a quotation in another": (
        "<blockquote>A<blockquote>B</blockquote>C</blockquote>",
        "> A\n\n> > B\n\n> C",
    ),
    "a list": ("<ul><li>Một</li><li>Hai</li></ul>Ba", "- Một\n- Hai\n\nBa"),
    "code": ("<pre>a  b\n  c</pre>d", "a  b\n  c\n\nd"),
    "a link": ("Xem <a href='https://a.vn/1'>ở đây</a>!", "Xem ở đây (https://a.vn/1)!"),
    "a link that is its address": ("<a href='https://a.vn/1'>https://a.vn/1</a>", "https://a.vn/1"),
    "a link that is its host": ("<a href='https://www.a.vn/'>A.vn</a>", "https://www.a.vn/"),
    "a shortened address": ("<a href='https://a.vn/rat/dai'>https://a.vn/ra...</a>", "https://a.vn/rat/dai"),
    "a link round a picture": ("<a href='https://a.vn/1.jpg'><img></a>", "https://a.vn/1.jpg"),
    "a link that is never ended": ("<a href='https://a.vn/1'>ở đây", "ở đây (https://a.vn/1)"),
    "a link in a link": (
        "<a href='https://a.vn/1'>một<a href='https://a.vn/2'>hai</a>",
        "một (https://a.vn/1)hai (https://a.vn/2)",
    ),
    "a link over two lines": ("<a href='https://a.vn/1'>một<br>hai</a>", "một\nhai (https://a.vn/1)"),
    "an address with entities": ("<a href='https://a.vn/?a=1&amp;b=2'>x</a>", "x (https://a.vn/?a=1&b=2)"),
    "a link to a script": ("<a href='javascript:alert(1)'>bấm</a>", "bấm"),
    "a link to a script that looks like an address": (
        "<a href='javascript://a.vn/%0aalert(1)'>bấm</a>",
        "bấm",
    ),
    "a link to a mailbox": ("<a href='mailto:a@a.vn'>thư</a>", "thư"),
    "a link to nowhere": ("<a href='#x'>chú</a> <a>thích</a> <a href='https://['>hỏng</a>", "chú thích hỏng"),
    "a picture with its words": ("Hay <img src='https://a.vn/s.png' alt=':)'>", "Hay :)"),
    "a picture": ("<img src='https://a.vn/s.png'>", "https://a.vn/s.png"),
    "a script": ("Hay<script>alert('<b>')</script> quá", "Hay quá"),
    "a style": ("<style>p{}</style>Hay", "Hay"),
    "a frame": ("<iframe src='https://a.vn'>x</iframe>Hay", "Hay"),
    "a remark": ("Hay<!-- <b>ẩn</b> --> quá", "Hay quá"),
    "a remark of Word's": ("<!--[if gte mso 9]><xml><w:x>1</w:x></xml><![endif]-->Hay", "Hay"),
    "a remark that is never ended": ("Hay <!-- quá", "Hay <!-- quá"),
    "a declaration": ("<!DOCTYPE html><![CDATA[x]]><?php x ?>Hay", "Hay"),
    "a declaration that is none": ("<![x[>Hay", "<![x[>Hay"),
    "a sign that begins no tag": ("1 < 2 và 3 > 2, tôi <3 bạn", "1 < 2 và 3 > 2, tôi <3 bạn"),
    "a tag that is never ended": ("Hay <b", "Hay <b"),
    "a tag that nobody knows": ("<o:p>Hay</o:p> <tên>quá</tên>", "Hay quá"),
    "nothing but tags": ("<p><br></p><hr>", ""),
}

WITH_LINES = {
    "lines as they were typed": ("Một\nHai\n\nBa", "Một\nHai\n\nBa"),
    "lines and tags": (
        "Một <b>hai</b>\n<a href='https://a.vn/1'>ba</a>\n\nbốn",
        "Một hai\nba (https://a.vn/1)\n\nbốn",
    ),
    "many lines": ("Một\n\n\n\n\n<b>Hai</b>", "Một\n\nHai"),
}


@pytest.mark.parametrize("name", BROWSERS)
def test_what_a_browser_shows_is_kept(name: str) -> None:
    html, text = BROWSERS[name]
    assert text_of(html) == text


@pytest.mark.parametrize("name", WITH_LINES)
def test_lines_that_were_typed_are_kept(name: str) -> None:
    html, text = WITH_LINES[name]
    assert text_of(html, lines=True) == text


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "<",
            "<a ",
            "<a href='",
            '<a href="x',
            "</",
            "<!",
            "<!--",
            "<![CDATA[",
            "<?",
            "&",
            "&#x",
            "<p>",
            "<br>",
        ),
        *("<script>", "<pre>", "<a href=http://a.vn>", "<blockquote>", "<li>", "\n", " ", "]]>", "<b "),
    ],
)
def test_a_hostile_text_is_read_in_linear_time(piece: str) -> None:
    """Any of these took minutes in quadratic time."""
    text_of(piece * (100_000 // len(piece)))


def test_a_quotation_that_is_nested_a_thousand_times_does_not_grow() -> None:
    assert len(text_of("<blockquote>" * 1_000 + "<br>x" * 1_000)) < 30_000


PIECES = (
    "<",
    "<a",
    " href=",
    "'",
    '"',
    ">",
    "</",
    "p",
    "script",
    "<!--",
    "-->",
    "<![",
    "if",
    "]]>",
    "&amp;",
    "&#8;",
)


@given(
    st.lists(st.sampled_from([*PIECES, "&", "x", " ", "\n", "<?", "blockquote", "pre", "<li>", "chữ", "<!"]))
)
def test_whatever_was_written_has_a_text(pieces: list[str]) -> None:
    """That a body can be made of, or is told to be empty."""
    for form in Form:
        try:
            kept = body("".join(pieces), form)
        except ValueError as told:
            assert "must have at least 1 character" in str(told)
        else:
            assert body(kept, Form.TEXT) == kept
