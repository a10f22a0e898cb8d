"""The made-up comments as other comment systems write them: as much of each format as `codau import` reads.

What a system has no state for is written as deleted.
"""

import csv
import gzip
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson

from bench.transfer_files import PER_THREAD, Made, comments
from service.comments.model import State

ROOT = "https://bao.example/doi-song"


@dataclass(frozen=True, slots=True)
class Format:
    """How a file is written, and as what states it has those of the comments."""

    write: Callable[[Path, int], None]
    states: frozenset[State]

    def state(self, made: Made) -> State:
        return made.state if made.state in self.states else State.ERASED


def _time(made: Made) -> datetime:
    return datetime.fromtimestamp(made.at / 1_000, UTC)


def _url(made: Made) -> str:
    return f"{ROOT}/{made.article}/"


def _wordpress(file: Path, count: int) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.write('<?xml version="1.0" encoding="UTF-8" ?>\n<rss version="2.0" xmlns:wp="urn:wp"><channel>')
        out.write("<title>Báo Ví Dụ</title><wp:wxr_version>1.2</wp:wxr_version>\n")
        article = None
        for made in comments(count):
            if made.article != article:
                out.write("" if article is None else "</item>\n")
                out.write(f"<item><title>Bài {made.article}</title><link>{_url(made)}</link>")
                out.write(f"<wp:post_id>{made.article + 1}</wp:post_id>\n")
                article = made.article
            out.write(_wordpress_comment(made))
        out.write("</item></channel></rss>\n")


def _wordpress_comment(made: Made) -> str:
    approved = {State.PUBLISHED: "1", State.REJECTED: "spam", State.PENDING: "0"}[made.state]
    fields = {
        "id": made.number + 1,
        "author": f"<![CDATA[Bạn đọc {made.reader}]]>",
        "author_email": f"u{made.reader}@bao.example",
        "author_IP": "203.0.113.9",
        "date_gmt": f"{_time(made):%Y-%m-%d %H:%M:%S}",
        "content": f"<![CDATA[{made.text}]]>",
        "approved": approved,
        "parent": 0 if made.parent is None else made.parent + 1,
        "user_id": 0,
    }
    told = "".join(f"<wp:comment_{name}>{value}</wp:comment_{name}>" for name, value in fields.items())
    return f"<wp:comment>{told}</wp:comment>\n"


def _disqus(file: Path, count: int) -> None:
    with file.open("w", encoding="utf-8") as out:
        out.write('<?xml version="1.0" encoding="utf-8"?>\n<disqus xmlns="http://disqus.com" ')
        out.write('xmlns:dsq="http://disqus.com/disqus-internals">\n')
        article = None
        for made in comments(count):
            if made.article != article:
                article = made.article
                out.write(f'<thread dsq:id="{article}"><id>{article}</id><link>{_url(made)}</link>')
                out.write(f"<title>Bài {article}</title><isClosed>false</isClosed></thread>\n")
        for made in comments(count):
            out.write(_disqus_post(made))
        out.write("</disqus>\n")


def _disqus_post(made: Made) -> str:
    spam = str(made.state is State.REJECTED).lower()
    approved = str(made.state is not State.PENDING).lower()
    parent = "" if made.parent is None else f'<parent dsq:id="{made.parent}"/>'
    return (
        f'<post dsq:id="{made.number}"><message><![CDATA[<p>{made.text}</p>]]></message>'
        f"<createdAt>{_time(made):%Y-%m-%dT%H:%M:%SZ}</createdAt><isDeleted>false</isDeleted>"
        f"<isSpam>{spam}</isSpam><isApproved>{approved}</isApproved>"
        f"<author><name>Bạn đọc {made.reader}</name><username>u{made.reader}</username></author>"
        f'<thread dsq:id="{made.article}"/>{parent}</post>\n'
    )


_ISSO_TABLES = """
CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));
CREATE TABLE comments (
    tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER, created FLOAT NOT NULL,
    modified FLOAT, mode INTEGER, remote_addr VARCHAR, text VARCHAR NOT NULL, author VARCHAR,
    email VARCHAR, website VARCHAR, likes INTEGER DEFAULT 0, dislikes INTEGER DEFAULT 0,
    voters BLOB NOT NULL, notification INTEGER DEFAULT 0
);
"""
_MODES = {State.PUBLISHED: 1, State.PENDING: 2, State.REJECTED: 4}


def _isso(file: Path, count: int) -> None:
    with closing(sqlite3.connect(file)) as database, database:
        database.executescript(_ISSO_TABLES)
        articles = range(-(-count // PER_THREAD))
        database.executemany(
            "INSERT INTO threads VALUES (?, ?, ?)", ((n + 1, f"/doi-song/{n}/", f"Bài {n}") for n in articles)
        )
        database.executemany(
            "INSERT INTO comments (tid, id, parent, created, mode, remote_addr, text, author, voters) "
            "VALUES (?, ?, ?, ?, ?, '203.0.113.0', ?, ?, x'')",
            (_isso_row(made) for made in comments(count)),
        )


def _isso_row(made: Made) -> tuple[object, ...]:
    parent = None if made.parent is None else made.parent + 1
    text = "" if made.state is State.REJECTED else made.text
    name = f"Bạn đọc {made.reader}"
    return made.article + 1, made.number + 1, parent, made.at / 1_000, _MODES[made.state], text, name


def _remark42(file: Path, count: int) -> None:
    with gzip.open(file, "wb", compresslevel=1) as out:
        out.write(b'{"version":1,"users":[],"posts":[]}\n')
        out.writelines(orjson.dumps(_remark42_comment(made)) + b"\n" for made in comments(count))


def _remark42_comment(made: Made) -> dict[str, object]:
    deleted = made.state is not State.PUBLISHED
    return {
        "id": f"{made.number:036x}",
        "pid": "" if made.parent is None else f"{made.parent:036x}",
        "text": "" if deleted else f"<p>{made.text}</p>\n",
        "orig": "" if deleted else made.text,
        "user": {
            "name": f"Bạn đọc {made.reader}",
            "id": f"github_{made.reader}",
            "picture": "",
            "admin": False,
        },
        "locator": {"site": "bao", "url": _url(made)},
        "score": 0,
        "vote": 0,
        "time": _time(made).isoformat(),
        "delete": deleted,
    }


def _csv(file: Path, count: int) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(("id", "parent", "thread", "author.name", "author.id", "body", "created_at", "state"))
        rows.writerows(_csv_row(made) for made in comments(count))


def _csv_row(made: Made) -> tuple[object, ...]:
    parent = "" if made.parent is None else made.parent
    who = (f"Bạn đọc {made.reader}", f"u-{made.reader}")
    return made.number, parent, f"doi-song/{made.article}", *who, made.text, made.at, made.state


_ALL = frozenset({State.PUBLISHED, State.REJECTED, State.PENDING})

FORMATS = {
    "wordpress": Format(_wordpress, _ALL),
    "disqus": Format(_disqus, _ALL),
    "isso": Format(_isso, _ALL - {State.REJECTED}),
    "remark42": Format(_remark42, frozenset({State.PUBLISHED})),
    "csv": Format(_csv, _ALL),
}
"""Other systems' formats, by their names on the command line."""
