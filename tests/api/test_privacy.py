"""What is for moderators alone appears in no answer to a website, and one site never sees another."""

from typing import Any

from tests.api.calls import GOOD, PRIVATE, UNMARKED, WHO, comment_of, refused, with_key_of
from tests.running import WAIT, Answer, Caller, Running

MODERATORS_WORDS = (
    "submitted_body",
    "user_agent",
    '"email"',
    '"ip"',
    '"key"',
    '"note"',
    '"risk"',
    '"record"',
)


async def answers_to(website: Caller, comment_id: str, thread: str) -> list[Answer]:
    """All that a website can ask about a comment."""
    path = thread.replace("/", "%2F")
    return [
        await website("GET", f"/v1/comments/{comment_id}"),
        await website("GET", f"/v1/comments/{comment_id}/history"),
        await website("GET", f"/v1/threads/{path}/comments"),
        await website("GET", f"/v1/threads/{path}/comments?sort=newest"),
        await website("GET", "/v1/counts", params={"thread": thread}),
        await website("GET", "/v1/queue"),
        await website("PUT", f"/v1/threads/{path}", json={}),
    ]


async def test_a_website_never_sees_what_is_for_moderators(service: Running) -> None:
    typed = "Bài viết rất h\u200bay, cảm ơn tòa soạn!"
    document = comment_of(typed, author=WHO)
    sent = await service.website("POST", "/v1/comments", json=document, headers=WAIT)
    comment = sent.json
    path = f"/v1/comments/{comment['id']}"
    seen = [sent, await service.website("POST", f"{path}/revise", json={"body": typed}, headers=WAIT)]
    comment = (await service.moderator("GET", path)).json
    await service.decide(comment, "approve", note="ghi chú nội bộ")
    seen += await answers_to(service.website, comment["id"], "doi-song/1")
    refusals = [
        await service.website("POST", f"{path}/revise", json={"body": typed}),
        await service.website("POST", "/v1/comments", json=document | {"parent_id": "x"}),
        await service.website("POST", "/v1/comments", json=document | {"x": 1}),
    ]
    for answer in seen + refusals:
        for private in (*PRIVATE, *MODERATORS_WORDS, "ghi chú nội bộ", "\u200b"):
            assert private not in answer.text, (private, answer.text)


async def test_an_idempotent_repeat_shows_no_more_than_the_first_answer(service: Running) -> None:
    document = comment_of(author=WHO)
    headers = {"Idempotency-Key": "k"}
    first = await service.website("POST", "/v1/comments", json=document, headers=headers)
    again = await service.website("POST", "/v1/comments", json=document, headers=headers)
    by_admin = await service.admin("POST", "/v1/comments?site=bao", json=document, headers=headers)
    assert first.json.keys() == again.json.keys() == by_admin.json.keys()
    for answer in (first, again, by_admin):
        assert not any(private in answer.text for private in PRIVATE)


async def test_what_waits_is_in_no_public_answer(service: Running) -> None:
    secret = "Câu này còn chờ duyệt, chưa ai được đọc."
    top = await service.publish(GOOD)
    for parent in (None, top["id"]):
        await service.submit(secret, parent_id=parent)
    rejected = await service.submit(UNMARKED, parent_id=top["id"])
    for answer in await answers_to(service.website, top["id"], "doi-song/1"):
        assert secret not in answer.text
        assert UNMARKED not in answer.text
        assert rejected["id"] not in answer.text


async def test_an_edit_that_waits_is_not_shown_before_it_is_published(service: Running) -> None:
    comment = await service.submit(GOOD)
    await service.decide(comment, "edit", body="Bản sửa còn nằm chờ.")
    thread = await service.website("GET", "/v1/threads/doi-song%2F1/comments")
    assert "Bản sửa" not in thread.text


async def test_moderators_see_what_they_need(service: Running) -> None:
    comment = await service.submit(GOOD, author=WHO)
    seen = await service.moderator("GET", f"/v1/comments/{comment['id']}")
    assert seen.json["author"] == WHO | {"key": "ban-doc-7"}
    approved = await service.decide(seen.json, "approve")
    assert approved["author"] == seen.json["author"]
    assert approved["submitted_body"] == GOOD


async def test_threads_show_nothing_of_an_author_but_the_name(service: Running) -> None:
    await service.publish(GOOD, author=WHO)
    for caller in (service.website, service.moderator):
        answer = await caller("GET", "/v1/threads/doi-song%2F1/comments")
        assert answer.json["comments"][0]["author"] == {"name": "Minh Anh"}
        assert not any(private in answer.text for private in (*PRIVATE, "ban-doc-7"))


async def test_one_site_never_sees_another(service: Running) -> None:
    theirs = await with_key_of(service, "khac", "website")
    comment = await service.publish(GOOD, author=WHO)
    for caller in (theirs, service.stranger):
        refused(await caller("GET", f"/v1/comments/{comment['id']}"), 404, "not_found")
        thread = await caller("GET", "/v1/threads/doi-song%2F1/comments")
        assert (thread.json["count"], thread.json["comments"]) == (0, [])
    refused(await theirs("DELETE", f"/v1/comments/{comment['id']}"), 404, "not_found")
    reply: Any = comment_of(parent_id=comment["id"])
    refused(await theirs("POST", "/v1/comments", json=reply), 422, "invalid_parent")
    same = await theirs("POST", "/v1/comments", json=comment_of(author=WHO), headers=WAIT)
    assert "duplicate" not in [finding["code"] for finding in same.json["findings"]]
    item = (await service.stranger("GET", "/v1/queue")).json["items"][0]
    assert item["author"]["record"]["published"] == 0
    for state in ("pending", "published", "rejected"):
        listed = await service.stranger("GET", "/v1/queue", params={"state": state})
        assert comment["id"] not in listed.text


async def test_keys_of_one_author_on_two_sites_cannot_be_matched(service: Running) -> None:
    author = {"name": "A", "email": "a@thu.example"}
    ours = await service.submit(GOOD, author=author)
    sent = await service.admin("POST", "/v1/comments?site=khac", json=comment_of(author=author))
    first = await service.moderator("GET", f"/v1/comments/{ours['id']}")
    second = await service.stranger("GET", f"/v1/comments/{sent.json['id']}")
    assert first.json["author"]["key"] != second.json["author"]["key"]
