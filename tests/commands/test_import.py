"""`codau import --format`: files of other comment systems, as an operator brings them in."""

from pathlib import Path

import orjson
import pytest

from service.comments.policy import Policy
from tests.commands.conftest import Terminal
from tests.transfer import wxr
from tests.transfer.sites import made_site, opened


def test_an_import_tells_what_it_did_and_may_be_repeated(
    terminal: Terminal, redis_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "bao.xml"
    file.write_bytes(wxr.export(wxr.item(1, wxr.comment(1, "Một"), wxr.comment(2, "Hai", parent=9))))
    words = ("import", "bao", str(file), "--format", "wordpress")
    remark, summary = terminal(*words, REDIS_URL=redis_url).err.splitlines()
    assert remark == f"{file}:43: answers a comment that is not in the file: it is at the top of its thread"
    assert summary.startswith("codau: bao: made; 1 threads, 0 standings, 2 comments (2 new,")
    again = terminal(*words, REDIS_URL=redis_url).err
    assert "2 comments (0 new, 0 brought forward, 2 left as they are), 0 bad lines" in again


def test_a_bad_record_is_told_and_the_exit_status_is_1(
    terminal: Terminal, redis_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "bao.csv"
    file.write_text("slug\ttext\twhen\nxe/1\tMột\t1714527000\nxe/1\t\t1714527000\n")
    words = ("--format", "csv", "--delimiter", "tab", "--columns", "thread=slug, body=text,created_at=when")
    told, summary = terminal(
        "import", "bao", str(file), *words, status=1, REDIS_URL=redis_url
    ).err.splitlines()
    assert told == f"{file}:3: body: must have at least 1 character"
    assert "1 comments (1 new" in summary


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--format", "disqus"), "this is no Disqus export: it begins with <rss>, not with <disqus>"),
        ((), "this is no export of Có Dấu, as its first line would say; --format names others"),
    ],
)
def test_the_wrong_format_is_told_in_one_sentence(
    words: tuple[str, ...], why: str, terminal: Terminal, redis_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "bao.xml"
    file.write_bytes(wxr.export())
    told = terminal("import", "bao", str(file), *words, status=1, REDIS_URL=redis_url)
    assert told.err == f"codau: {file}: {why}\n"
    assert "bao" not in terminal("site", "list", REDIS_URL=redis_url).out


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--format", "vbulletin"), "is not one of"),
        (("--columns", "body=text"), "--columns and --delimiter are for --format csv"),
        (("--thread-from", "path"), "--thread-from is for the formats of other systems"),
        (("--format", "csv", "--columns", "body"), "is no list such as body=text,author.name=who"),
        (("--format", "csv", "--columns", "body=a,body=b"), "each field once"),
        (("--format", "csv", "--delimiter", "--"), "is no single character, nor `tab`"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    words: tuple[str, ...], why: str, terminal: Terminal, redis_url: str
) -> None:
    told = terminal("import", "bao", "-", *words, status=2, REDIS_URL=redis_url)
    assert why in " ".join(told.err.replace("│", " ").split())


@pytest.fixture
async def shallow(redis_url: str) -> None:
    """A site whose replies go one level deep."""
    async with opened(redis_url) as store:
        await made_site(store)
        await store.directory.put_policy("bao", lambda _: Policy.parsed({"replies": {"depth": 1}}))


@pytest.mark.usefixtures("shallow")
def test_replies_go_as_deep_as_the_sites_policy_allows(
    terminal: Terminal, redis_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "bao.xml"
    chain = (wxr.comment(number, f"Số {number}", parent=number - 1) for number in range(1, 6))
    file.write_bytes(wxr.export(wxr.item(1, *chain)))
    terminal("import", "bao", str(file), "--format", "wordpress", REDIS_URL=redis_url)
    lines = [orjson.loads(line) for line in terminal("export", "bao", REDIS_URL=redis_url).out.splitlines()]
    assert sorted(len(line.get("path", [])) for line in lines if line.get("kind") == "comment") == [
        0,
        1,
        1,
        1,
        1,
    ]
