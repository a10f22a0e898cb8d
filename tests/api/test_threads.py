"""`GET /v1/threads/{thread}/comments`: the published tree, its pages, its ETag."""

import asyncio
import html
import re
import threading
from typing import Any

import pytest
from yarl import URL

from service.api import threads
from tests.api.calls import GOOD, JSON, as_sent, raw, refused, segment, thread_of, thread_path, wrong_fields
from tests.running import Answer, Running
from tests.store.looking import connected

COMMENTS = "/v1/threads/doi-song%2F1/comments"


async def get(service: Running, query: str = "", thread: str = "doi-song/1", **headers: str) -> Answer:
    return await service.website("GET", thread_path(thread, "/comments" + query), headers=headers)


async def published(service: Running, count: int, **fields: Any) -> list[Any]:
    """Comments of a thread, published one after the other."""
    return [await service.publish(f"{GOOD} ({number})", **fields) for number in range(count)]


def ids(page: Any) -> list[str]:
    return [comment["id"] for comment in page["comments"]]


async def every_page(service: Running, sort: str, limit: int) -> list[str]:
    found: list[str] = []
    cursor = ""
    while True:
        page = (await get(service, f"?sort={sort}&limit={limit}{cursor}")).json
        found += ids(page)
        if page["next_cursor"] is None:
            return found
        cursor = f"&cursor={page['next_cursor']}"


async def test_a_thread_that_nobody_has_commented_on_is_empty(idle_service: Running) -> None:
    answer = await get(idle_service, thread="chua/ai noi gi")
    assert (answer.status, answer.json) == (
        200,
        {"thread": "chua/ai noi gi", "count": 0, "next_cursor": None, "comments": []},
    )


async def test_a_published_comment_is_shown_as_the_contract_says(service: Running) -> None:
    comment = await service.publish(GOOD, author={"name": "Minh Anh", "id": "u-1"})
    page = (await get(service)).json
    assert page == {
        "thread": "doi-song/1",
        "count": 1,
        "next_cursor": None,
        "comments": [
            {
                "id": comment["id"],
                "author": {"name": "Minh Anh"},
                "newsroom": False,
                "body": GOOD,
                "html": GOOD,
                "edited": False,
                "published_at": comment["published_at"],
                "parent_id": None,
                "replies": [],
            }
        ],
    }


async def test_only_what_is_published_is_shown(service: Running) -> None:
    pending = await service.submit("Còn chờ duyệt thôi.")
    await service.decide(await service.submit("Không được đăng."), "reject", reason="other")
    assert (await get(service)).json["comments"] == []
    await service.decide(pending, "approve")
    assert (await get(service)).json["count"] == 1


async def test_what_is_taken_down_is_gone_from_the_next_answer_on(service: Running) -> None:
    comment = await service.publish(GOOD)
    before = await get(service)
    await service.decide(comment, "reject", reason="other")
    after = await get(service, **{"If-None-Match": before.headers["ETag"]})
    assert (after.status, after.json["count"], after.json["comments"]) == (200, 0, [])


async def test_replies_come_with_their_parents_oldest_first(service: Running) -> None:
    [first, second] = await published(service, 2)
    replies = [await service.publish(f"Trả lời số {n}.", parent_id=first["id"]) for n in range(3)]
    for sort, tops in (("oldest", [first, second]), ("newest", [second, first])):
        page = (await get(service, f"?sort={sort}")).json
        assert ids(page) == [comment["id"] for comment in tops]
        [parent] = [comment for comment in page["comments"] if comment["id"] == first["id"]]
        assert [reply["id"] for reply in parent["replies"]] == [reply["id"] for reply in replies]
        assert {reply["parent_id"] for reply in parent["replies"]} == {first["id"]}
        assert page["count"] == 5


async def test_replies_do_not_count_towards_a_page(service: Running) -> None:
    first = await service.publish(GOOD)
    for number in range(3):
        await service.publish(f"Trả lời số {number}.", parent_id=first["id"])
    page = (await get(service, "?limit=1")).json
    assert (len(page["comments"][0]["replies"]), page["next_cursor"]) == (3, None)


def assert_tombstone(shown: Any, comment_id: str) -> None:
    assert shown["id"] == comment_id
    assert [shown[name] for name in ("author", "body", "html")] == [None, None, None]


async def test_a_parent_that_was_taken_down_stands_as_a_tombstone(service: Running) -> None:
    top = await service.publish(GOOD)
    middle = await service.publish("Tôi thấy cũng đúng.", parent_id=top["id"])
    leaf = await service.publish("Tôi thì thấy chưa chắc.", parent_id=middle["id"])
    await service.decide(top, "reject", reason="other")
    await service.website("DELETE", f"/v1/comments/{middle['id']}")
    answer = await get(service)
    [shown] = answer.json["comments"]
    assert_tombstone(shown, top["id"])
    [below] = shown["replies"]
    assert_tombstone(below, middle["id"])
    assert [reply["body"] for reply in below["replies"]] == ["Tôi thì thấy chưa chắc."]
    assert answer.json["count"] == 1
    assert GOOD not in answer.text
    await service.website("DELETE", f"/v1/comments/{leaf['id']}")
    assert (await get(service)).json["comments"] == []


async def test_a_tombstone_comes_back_to_life_in_its_place(service: Running) -> None:
    first, second = await published(service, 2)
    await service.publish("Tôi cũng nghĩ vậy.", parent_id=first["id"])
    rejected = await service.decide(first, "reject", reason="other")
    assert ids((await get(service)).json) == [first["id"], second["id"]]
    await service.decide(await service.decide(rejected, "reopen"), "approve")
    page = (await get(service)).json
    assert (page["count"], sorted(ids(page))) == (3, sorted([first["id"], second["id"]]))
    assert all(comment["body"] for comment in page["comments"])


async def test_pages_show_everything_once_in_both_orders(service: Running) -> None:
    made = [comment["id"] for comment in await published(service, 5)]
    for limit in (1, 2, 5, 200):
        assert await every_page(service, "oldest", limit) == made
        assert await every_page(service, "newest", limit) == made[::-1]


async def test_a_cursor_stays_right_while_comments_come_and_go(service: Running) -> None:
    made = await published(service, 5)
    page = (await get(service, "?limit=2")).json
    for gone in made[:2]:  # all that the reader has seen, the comment under the cursor included
        await service.decide(gone, "reject", reason="other")
    late = await service.publish("Đến sau cùng.")
    rest = (await get(service, f"?limit=10&cursor={page['next_cursor']}")).json
    assert ids(rest) == [*(comment["id"] for comment in made[2:]), late["id"]]


async def test_newcomers_do_not_shift_a_page_of_the_newest(service: Running) -> None:
    made = await published(service, 4)
    page = (await get(service, "?sort=newest&limit=2")).json
    await service.publish("Đến sau cùng.")
    rest = (await get(service, f"?sort=newest&limit=2&cursor={page['next_cursor']}")).json
    assert ids(rest) == [made[1]["id"], made[0]["id"]]


async def test_the_defaults_are_the_oldest_fifty(service: Running) -> None:
    explicit = await get(service, "?sort=oldest&limit=50")
    assert (await get(service)).json == explicit.json


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?limit=0", "limit"),
        ("?limit=201", "limit"),
        ("?limit=x", "limit"),
        ("?sort=best", "sort"),
        ("?page=2", "page"),
        ("?limit=1&limit=2", "limit"),
        ("?cursor=x", "cursor"),
    ],
)
async def test_wrong_queries_are_refused(idle_service: Running, query: str, field: str) -> None:
    assert wrong_fields(await get(idle_service, query)) == {field}


async def test_the_etag_tells_whether_a_page_is_still_right(service: Running) -> None:
    comment = await service.publish(GOOD)
    first = await get(service)
    assert re.fullmatch(r'"[^"]+"', first.headers["ETag"])
    assert first.headers["Cache-Control"] == "private, no-cache"
    for known in (
        first.headers["ETag"],
        f'"other", {first.headers["ETag"]}',
        f"W/{first.headers['ETag']}",
        "*",
    ):
        same = await get(service, **{"If-None-Match": known})
        assert (same.status, same.text) == (304, ""), known
        assert same.headers["ETag"] == first.headers["ETag"]
        assert same.headers["Cache-Control"] == "private, no-cache"
    lines = [("Authorization", f"Bearer {service.website.key}"), ("If-None-Match", '"other"')]
    lines.append(("If-None-Match", first.headers["ETag"]))
    async with service.website.http.get(URL(COMMENTS, encoded=True), headers=lines) as answer:
        assert answer.status == 304, "a header may be sent in several lines"
    for other in ('"other"', "nonsense", '"', first.headers["ETag"].strip('"')):
        assert (await get(service, **{"If-None-Match": other})).status == 200, other
    await service.decide(comment, "edit", body="Hay!")
    edited = await get(service, **{"If-None-Match": first.headers["ETag"]})
    assert (edited.status, edited.json["comments"][0]["body"]) == (200, "Hay!")
    assert edited.headers["ETag"] != first.headers["ETag"]


async def test_the_etag_differs_for_every_sort_and_page(service: Running) -> None:
    await published(service, 2)
    cursor = (await get(service, "?limit=1")).json["next_cursor"]
    queries = ["", "?sort=newest", "?limit=1", "?limit=2", f"?cursor={cursor}", f"?limit=1&cursor={cursor}"]
    tags = [(await get(service, query)).headers["ETag"] for query in queries]
    assert len(set(tags)) == len(queries)
    tags = [(await get(service, query, thread="trong")).headers["ETag"] for query in ("", "?sort=newest")]
    assert tags[0] != tags[1]


async def test_head_is_get_without_the_body(service: Running) -> None:
    await service.publish(GOOD)
    shown = await get(service)
    head = await service.website("HEAD", thread_path("doi-song/1", "/comments"))
    assert (head.status, head.text) == (200, "")
    for name in ("ETag", "Cache-Control", "Content-Type", "Content-Length"):
        assert head.headers[name] == shown.headers[name]
    known = {"If-None-Match": shown.headers["ETag"]}
    unchanged = await service.website("HEAD", thread_path("doi-song/1", "/comments"), headers=known)
    assert unchanged.status == 304


async def test_the_same_page_is_answered_the_same_way_twice(service: Running) -> None:
    await published(service, 2)
    first, second = await get(service), await get(service)
    assert (first.text, first.headers["ETag"]) == (second.text, second.headers["ETag"])


async def test_what_readers_write_is_escaped_and_links_are_marked(service: Running) -> None:
    body = (
        "Xem <script>alert(\"1\")</script> & <b onclick='x'>này</b>\n"
        "tại https://vidu.example/a?b=1&c=<d>\"onmouseover='x' và javascript:alert(1)"
    )
    comment = await service.decide(
        await service.submit("Bài viết rất hay, tôi đọc mãi."), "approve", body=body
    )
    [shown] = (await get(service)).json["comments"]
    assert shown["body"] == body == comment["body"]
    tags = re.findall(r"<[^>]*>", shown["html"])
    link = '<a href="https://vidu.example/a?b=1&amp;c=" rel="nofollow ugc noopener">'
    assert tags == ["<br>", link, "</a>"]
    assert html.unescape(re.sub(r"<[^>]*>", "", shown["html"].replace("<br>", "\n"))) == body


NAMES = [
    "a b/c?d=e&f#g%h+i",
    "…",
    "%2F",
    "%",
    "100%",
    "{thread}",
    "một-bài-viết/ở đây",
    "//",
    "a//b/",
    "/",
    "...",
    ". .",
    ";a=b",
    "'\"\\<>|^`",
    "😀",
    "\x01\x7f",
    "é" * 256,
    "comments",
    "+",
    "a\nb",
    "~",
]


async def test_any_string_names_a_thread(service: Running) -> None:
    for name in NAMES:
        comment = await service.publish(f"{GOOD} {NAMES.index(name)}", thread=name)
        assert comment["thread"] == name
        page = await get(service, thread=name)
        assert (page.status, page.json["thread"], page.json["count"]) == (200, name, 1), name
        said = await service.website("PUT", thread_path(name), json={"title": "Tựa"})
        assert (said.status, said.json["thread"]) == (201, name), said.text
    counted = await service.website("GET", "/v1/counts", params=[("thread", name) for name in NAMES])
    assert counted.json["counts"] == dict.fromkeys(NAMES, 1)


async def test_dots_name_no_thread(idle_service: Running) -> None:
    key = str(idle_service.website.key).encode()
    head = b" HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nAuthorization: Bearer " + key + b"\r\n" + JSON
    for dots in (b".", b"..", b"%2E", b"%2e%2E", b".%2E"):
        for line in (b"GET /v1/threads/" + dots + b"/comments", b"PUT /v1/threads/" + dots):
            status, _, body = await raw(idle_service, line + head + b"\r\n\r\n{}")
            assert (status, b'"field":"thread"' in body) == (422, True), (line, body)


async def test_an_address_is_utf_8(idle_service: Running) -> None:
    for name in ("%FF", "%ED%A0%80", "%C0%AE", "a%E1%BAb"):
        for path in (f"/v1/threads/{name}/comments", f"/v1/counts?thread={name}"):
            refused(await idle_service.website("GET", as_sent(path)), 422, "invalid_request")


async def test_names_that_are_too_long_or_hold_nul_are_refused(idle_service: Running) -> None:
    for name in ("x" * 257, "a\0b", "\0"):
        assert wrong_fields(await get(idle_service, thread=name)) == {"thread"}, name


async def test_names_that_differ_in_form_are_different_threads(service: Running) -> None:
    await service.publish(GOOD, thread="Tiếng")
    assert (await get(service, thread="tiếng")).json["count"] == 0
    assert (await get(service, thread="Tiếng ")).json["count"] == 0


async def test_readers_see_a_whole_tree_while_it_changes(service: Running) -> None:
    """Pages that are read while comments are published and taken down hold together."""
    top = await service.publish(GOOD)
    stop = asyncio.Event()

    async def read() -> None:
        while not stop.is_set():
            page = await thread_of(service.website)
            shown = [comment for comment in page["comments"] if comment["body"] is not None]
            assert len(shown) <= 2

    async def change() -> None:
        for number in range(5):
            reply = await service.publish(f"Trả lời {number}.", parent_id=top["id"])
            await service.decide(reply, "reject", reason="other")
        stop.set()

    await asyncio.gather(read(), change())
    assert (await thread_of(service.website))["count"] == 1


async def test_threads_of_one_name_on_two_sites_have_nothing_in_common(service: Running) -> None:
    await service.publish(GOOD)
    elsewhere = await service.stranger("GET", COMMENTS.replace("%2F", "/").replace("/1", "%2F1"))
    assert elsewhere.json is None or elsewhere.json.get("comments", []) == []
    other = await service.admin("GET", as_sent(f"/v1/threads/{segment('doi-song/1')}/comments?site=khac"))
    assert (other.status, other.json["count"]) == (200, 0)


async def test_a_slash_that_is_not_encoded_is_no_part_of_a_name(idle_service: Running) -> None:
    refused(await idle_service.website("GET", as_sent("/v1/threads/a/b/comments")), 404, "not_found")
    refused(await idle_service.website("GET", as_sent("/v1/threads//comments")), 404, "not_found")


async def test_a_long_page_is_written_beside_the_loop_and_a_short_one_on_it(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside: list[bool] = []
    tree = threads.tree

    def noting(*arguments: Any) -> Any:
        beside.append(threading.current_thread() is not threading.main_thread())
        return tree(*arguments)

    monkeypatch.setattr(threads, "tree", noting)
    monkeypatch.setattr(threads, "_ON_THE_LOOP", 2)
    for number in range(4):
        await service.publish(f"{GOOD} {number}")
        page = await thread_of(service.website)
        assert len(page["comments"]) == number + 1
    assert beside == [False, False, True, True]


async def test_an_etag_from_before_a_crash_that_lost_the_last_change_matches_nothing_else(
    service: Running, redis_url: str
) -> None:
    await service.publish(GOOD)
    with connected(redis_url) as client:
        before = {key: client.dump(key) for key in client.scan_iter("codau:*:thread:*")}
        await service.publish("Bình luận này sẽ mất.")
        known = (await get(service)).headers["ETag"]
        for key, value in before.items():
            client.restore(key, 0, value, replace=True)
    await service.publish("Bình luận này đến sau đó.")
    assert (await get(service, **{"If-None-Match": known})).status == 200
