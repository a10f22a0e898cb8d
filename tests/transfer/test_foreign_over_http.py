"""What another system's comments look like to the website and its moderators once they are here."""

from typing import Any

from tests.running import Running
from tests.transfer import wxr
from tests.transfer.foreign import imported_file


def dated(number: int, content: str, minute: int, **changes: Any) -> str:
    return wxr.comment(number, content, date_gmt=wxr.cdata(f"2024-05-01 01:{minute:02}:00"), **changes)


async def test_what_was_published_is_in_its_thread_and_what_waits_in_the_queue(service: Running) -> None:
    content = wxr.export(
        wxr.item(
            4711,
            dated(3, "Ba &lt;script&gt;", 30),
            dated(1, "Một", 10),
            dated(4, "Bốn", 40, parent=1),
            dated(2, "Hai", 20, approved=wxr.cdata("0")),
            dated(5, "Năm", 50, approved=wxr.cdata("trash")),
            dated(6, "Sáu", 55, parent=5),
        )
    )
    tally, told = await imported_file(service.store, "wordpress", content)
    assert (tally.restored, told) == (6, [])
    thread = (await service.website("GET", "/v1/threads/4711/comments")).json
    assert thread["count"] == 4
    assert [one["body"] for one in thread["comments"]] == ["Một", "Ba <script>", None]
    assert [one["body"] for one in thread["comments"][0]["replies"]] == ["Bốn"]
    assert [one["body"] for one in thread["comments"][2]["replies"]] == ["Sáu"]
    assert thread["comments"][1]["html"] == "Ba &lt;script&gt;"
    assert thread["comments"][0]["published_at"] == "2024-05-01T01:10:00.000Z"
    assert "example.vn" not in str(thread)
    [waits] = (await service.moderator("GET", "/v1/queue")).json["items"]
    assert (waits["body"], waits["thread_title"], waits["author"]["email"]) == (
        *("Hai", "Bài “số 4711” & khác"),
        "lan@example.vn",
    )
    approved = await service.decide(waits, "approve")
    assert approved["state"] == "published"
    [rejected] = (await service.moderator("GET", "/v1/queue?state=rejected")).json["items"]
    assert (rejected["body"], rejected["reason"]) == ("Năm", "other")
    assert (await service.decide(rejected, "reopen"))["state"] == "pending"
