"""The main job, end to end, over real HTTP with a real Valkey and a real worker."""

from tests.running import WAIT, Running

GOOD = "Bài viết rất hay, cảm ơn tòa soạn đã nói lên điều này!"
UNMARKED = "Bai viet rat hay, cam on toa soan da noi len dieu nay!"


async def test_a_comment_is_submitted_edited_published_and_read_back(service: Running) -> None:
    comment = await service.submit(GOOD, thread="doi-song/4711")
    assert comment["state"] == "pending"

    queue = await service.moderator("GET", "/v1/queue")
    assert [item["id"] for item in queue.json["items"]] == [comment["id"]]

    edited = GOOD.replace("rất hay", "hay")
    approved = await service.decide(comment, "approve", body=edited)
    assert (approved["state"], approved["edited"], approved["original_body"]) == ("published", True, GOOD)

    thread = await service.website("GET", "/v1/threads/doi-song%2F4711/comments")
    assert thread.json["count"] == 1
    [shown] = thread.json["comments"]
    assert (shown["body"], shown["edited"], shown["author"]) == (edited, True, {"name": "Minh Anh"})
    counts = await service.website("GET", "/v1/counts", params={"thread": "doi-song/4711"})
    assert counts.json == {"counts": {"doi-song/4711": 1}}
    assert (await service.moderator("GET", "/v1/queue")).json["total"] == 0


async def test_a_reader_without_marks_gets_the_restored_text_and_sends_it(service: Running) -> None:
    rejected = await service.submit(UNMARKED)
    assert (rejected["state"], rejected["reason"]) == ("rejected", "missing_diacritics")
    assert rejected["message"] == "Vui lòng gõ tiếng Việt có dấu."
    assert rejected["suggestion"] == GOOD

    revised = await service.website(
        "POST",
        f"/v1/comments/{rejected['id']}/revise",
        json={"body": rejected["suggestion"]},
        headers=WAIT,
    )
    assert revised.status == 201
    assert (revised.json["id"], revised.json["state"]) == (rejected["id"], "pending")
    assert (revised.json["body"], revised.json["findings"]) == (GOOD, [])
    assert revised.json["edited"] is False
