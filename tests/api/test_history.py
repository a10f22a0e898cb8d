"""`GET /v1/comments/{id}/history`: every revision, verdict and decision, oldest first."""

from typing import Any

from tests.api.calls import BETTER, GOOD, UNMARKED, refused, wrong_fields
from tests.running import WAIT, Running

MEMBERS = {"version", "event", "from", "to", "by", "at", "reason", "note", "body", "findings"}


async def history(service: Running, comment: Any) -> list[dict[str, Any]]:
    answer = await service.moderator("GET", f"/v1/comments/{comment['id']}/history")
    assert answer.status == 200, answer.text
    entries: list[dict[str, Any]] = answer.json["entries"]
    assert all(entry.keys() >= MEMBERS for entry in entries)
    return entries


async def test_every_step_is_told(service: Running) -> None:
    rejected = await service.submit(UNMARKED)
    path = f"/v1/comments/{rejected['id']}"
    await service.website("POST", f"{path}/revise", json={"body": GOOD}, headers=WAIT)
    comment = (await service.moderator("GET", path)).json
    comment = await service.decide(comment, "edit", body=BETTER, note="gọn hơn")
    comment = await service.decide(comment, "approve")
    comment = await service.decide(comment, "reject", reason="off_topic", note="lạc đề")
    comment = await service.decide(comment, "reopen")
    entries = await history(service, comment)
    told = [(entry["from"], entry["to"], entry["by"], entry["body"]) for entry in entries]
    assert told == [
        (None, "queued", "website", UNMARKED),
        ("queued", "rejected", "worker", None),
        ("rejected", "queued", "website", GOOD),
        ("queued", "pending", "worker", None),
        ("pending", "pending", "moderator", BETTER),
        ("pending", "published", "moderator", None),
        ("published", "rejected", "moderator", None),
        ("rejected", "pending", "moderator", None),
    ]
    assert [entry["version"] for entry in entries] == list(range(1, 9))
    assert comment["version"] == 8
    assert [entry["note"] for entry in entries] == [None] * 4 + ["gọn hơn", None, "lạc đề", None]
    assert [entry["reason"] for entry in entries][1:7:5] == ["missing_diacritics", "off_topic"]
    assert [finding["code"] for finding in entries[1]["findings"]] == ["missing_diacritics"]
    assert entries[3]["findings"] == []
    times = [entry["at"] for entry in entries]
    assert times == sorted(times)
    assert (times[0], times[-1]) == (comment["created_at"], comment["updated_at"])
    assert len({entry["event"] for entry in entries}) == 7


async def test_an_approval_with_an_edit_shows_its_text(service: Running) -> None:
    comment = await service.publish(GOOD)
    approved = (await history(service, comment))[-1]
    assert (approved["to"], approved["body"]) == ("published", None)
    other = await service.decide(await service.submit("Một ý khác."), "approve", body=BETTER)
    assert (await history(service, other))[-1]["body"] == BETTER


async def test_the_readers_own_text_is_never_lost(service: Running) -> None:
    typed = "Bài viết rất h\u200bay, cảm ơn tòa soạn!"
    comment = await service.submit(typed)
    for number in range(3):
        comment = await service.decide(comment, "edit", body=f"{BETTER} {number}")
    entries = await history(service, comment)
    assert entries[0]["body"] == typed
    assert comment["submitted_body"] == typed


async def test_each_moderator_is_named(service: Running) -> None:
    comment = await service.submit(GOOD)
    decision = {"version": comment["version"]}
    await service.colleague("POST", f"/v1/comments/{comment['id']}/approve", json=decision)
    assert (await history(service, comment))[-1]["by"] == "colleague"
    assert comment["updated_at"] <= (await history(service, comment))[-1]["at"]


async def test_a_refused_decision_leaves_no_entry(service: Running) -> None:
    comment = await service.publish(GOOD)
    before = await history(service, comment)
    await service.moderator("POST", f"/v1/comments/{comment['id']}/approve", json={"version": 3})
    await service.moderator("POST", f"/v1/comments/{comment['id']}/reopen", json={"version": 1})
    assert await history(service, comment) == before


async def test_a_history_is_for_moderators_of_the_site(service: Running) -> None:
    comment = await service.submit(GOOD)
    path = f"/v1/comments/{comment['id']}/history"
    refused(await service.website("GET", path), 403, "forbidden")
    refused(await service.stranger("GET", path), 404, "not_found")
    refused(await service.nobody("GET", path), 401, "unauthorized")
    assert wrong_fields(await service.admin("GET", path)) == {"site"}
    assert (await service.admin("GET", path, params={"site": "bao"})).status == 200
    refused(await service.moderator("GET", "/v1/comments/khong-co/history"), 404, "not_found")
