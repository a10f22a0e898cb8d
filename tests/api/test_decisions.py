"""Approve, reject, edit, reopen: on the version that was seen, and along the contract's table alone."""

from typing import Any

import pytest

from tests.api.calls import BETTER, GOOD, UNMARKED, comment_of, refused, set_policy, thread_of, wrong_fields
from tests.running import Answer, Running

ACTIONS: dict[str, dict[str, Any]] = {
    "approve": {},
    "reject": {"reason": "spam"},
    "edit": {"body": BETTER},
    "reopen": {},
}
REASONS = [
    "spam",
    "offensive",
    "off_topic",
    "personal_information",
    "misinformation",
    "duplicate",
    "missing_diacritics",
    "other",
]


async def act(service: Running, comment: Any, action: str, **fields: Any) -> Answer:
    return await service.moderator("POST", f"/v1/comments/{comment['id']}/{action}", json=fields)


async def in_state(service: Running, state: str) -> Any:
    """A comment that stands in a state, as moderators see it."""
    sent = await service.website("POST", "/v1/comments", json=comment_of())
    if state != "queued":
        await service.validator.drain()
    path = f"/v1/comments/{sent.json['id']}"
    comment = (await service.moderator("GET", path)).json
    if state == "published":
        await service.decide(comment, "approve")
    if state == "rejected":
        await service.decide(comment, "reject", reason="other")
    if state == "erased":
        await service.website("DELETE", path)
    found = (await service.moderator("GET", path)).json
    assert found["state"] == state
    return found


LEADS_TO = {
    ("pending", "approve"): "published",
    ("pending", "reject"): "rejected",
    ("published", "reject"): "rejected",
    ("pending", "edit"): "pending",
    ("published", "edit"): "published",
    ("rejected", "reopen"): "pending",
}


@pytest.mark.parametrize("state", ["queued", "pending", "published", "rejected", "erased"])
async def test_every_decision_in_every_state(idle_service: Running, state: str) -> None:
    for action, fields in ACTIONS.items():
        comment = await in_state(idle_service, state)
        answer = await act(idle_service, comment, action, version=comment["version"], **fields)
        now = (await idle_service.moderator("GET", f"/v1/comments/{comment['id']}")).json
        target = LEADS_TO.get((state, action))
        if target is None:
            refused(answer, 409, "invalid_transition")
            assert now == comment
        else:
            assert (answer.status, answer.json["state"]) == (200, target), (state, action)
            assert answer.json == now
            assert now["version"] == comment["version"] + 1


@pytest.mark.parametrize("action", ACTIONS)
async def test_the_version_is_required(idle_service: Running, action: str) -> None:
    comment = await in_state(idle_service, "pending")
    assert wrong_fields(await act(idle_service, comment, action, **ACTIONS[action])) == {"version"}
    wrong: tuple[Any, ...] = (None, "2", 2.5, True, 0, -1, [], "x", 2.0)
    for version in wrong:
        answer = await act(idle_service, comment, action, version=version, **ACTIONS[action])
        assert wrong_fields(answer) == {"version"}, version
    assert await in_state(idle_service, "pending")


@pytest.mark.parametrize("action", ACTIONS)
async def test_another_version_is_a_conflict_that_shows_the_current_one(
    service: Running, action: str
) -> None:
    comment = await service.decide(await service.submit(GOOD), "edit", body=BETTER)
    for version in (1, 2, 4, 10**9):
        document = refused(
            await act(service, comment, action, version=version, **ACTIONS[action]), 409, "version_conflict"
        )
        assert document["current"] == comment


async def test_a_conflict_comes_before_a_forbidden_transition(service: Running) -> None:
    comment = await service.publish(GOOD)
    refused(await act(service, comment, "approve", version=2), 409, "version_conflict")
    refused(await act(service, comment, "approve", version=3), 409, "invalid_transition")


async def test_a_repeated_approval_publishes_once(service: Running) -> None:
    comment = await service.submit(GOOD)
    answers = [await act(service, comment, "approve", version=comment["version"]) for _ in range(2)]
    assert answers[0].status == 200
    refused(answers[1], 409, "version_conflict")
    assert (await thread_of(service.website))["count"] == 1


async def test_approving_an_edited_text_keeps_the_readers(service: Running) -> None:
    comment = await service.submit(GOOD)
    answer = await service.decide(comment, "approve", body=f" {BETTER}\r\n", note="sửa nhẹ")
    assert (answer["state"], answer["body"], answer["edited"]) == ("published", BETTER, True)
    assert (answer["original_body"], answer["submitted_body"]) == (GOOD, GOOD)
    assert answer["published_at"] is not None
    seen = (await service.website("GET", f"/v1/comments/{comment['id']}")).json
    assert (seen["body"], seen["original_body"], seen["edited"]) == (BETTER, GOOD, True)
    assert "note" not in seen


async def test_approving_as_it_is_edits_nothing(service: Running) -> None:
    answer = await service.decide(await service.submit(GOOD), "approve", body=None, note=None, force=False)
    assert (answer["edited"], answer["original_body"], answer["body"]) == (False, None, GOOD)


async def test_a_published_comment_is_edited_in_its_place(service: Running) -> None:
    comment = await service.publish(GOOD)
    edited = await service.decide(comment, "edit", body=BETTER)
    assert (edited["published_at"], edited["state"]) == (comment["published_at"], "published")
    again = await service.decide(edited, "edit", body="Hay!")
    assert (again["body"], again["original_body"]) == ("Hay!", GOOD)
    [shown] = (await thread_of(service.website))["comments"]
    assert (shown["body"], shown["edited"]) == ("Hay!", True)


async def test_an_edit_goes_through_the_same_cleaning_as_a_comment(service: Running) -> None:
    comment = await service.submit(GOOD)
    edited = await service.decide(comment, "edit", body=" Ha\u0323y\u200b\r\nlắm\x07 ")
    assert edited["body"] == "Hạy\nlắm"
    for body in ("", "  ", "\u200b", "a\0b", "a" * 5001, None, 5):
        answer = await act(service, edited, "edit", version=edited["version"], body=body)
        assert wrong_fields(answer) == {"body"}, body
    assert wrong_fields(await act(service, edited, "edit", version=edited["version"])) == {"body"}


async def test_a_rejection_needs_a_reason_of_the_list(service: Running) -> None:
    comment = await service.submit(GOOD)
    version = comment["version"]
    assert wrong_fields(await act(service, comment, "reject", version=version)) == {"reason"}
    for reason in ("", "banned_word", "Spam", None, 5):
        answer = await act(service, comment, "reject", version=version, reason=reason)
        assert wrong_fields(answer) == {"reason"}, reason
    for reason in REASONS:
        comment = await service.decide(comment, "reject", reason=reason)
        assert (comment["reason"], bool(comment["message"])) == (reason, True)
        comment = await service.decide(comment, "reopen")
        assert (comment["reason"], comment["message"]) == (None, None)


async def test_the_reader_sees_the_moderators_message_and_not_his_note(service: Running) -> None:
    comment = await service.submit(GOOD)
    message, note = "Mời bạn gửi lại cho đúng bài.", "ghi chú nội bộ"
    rejected = await service.decide(comment, "reject", reason="off_topic", message=message, note=note)
    assert (rejected["reason"], rejected["message"]) == ("off_topic", message)
    answer = await service.website("GET", f"/v1/comments/{comment['id']}")
    assert answer.json["message"] == message
    assert note not in answer.text


async def test_without_a_message_the_reader_gets_one_in_his_language(service: Running) -> None:
    comment = await service.decide(await service.submit(GOOD), "reject", reason="spam")
    path = f"/v1/comments/{comment['id']}"
    english = await service.website("GET", path, headers={"Accept-Language": "en"})
    vietnamese = await service.website("GET", path)
    assert english.json["message"] != vietnamese.json["message"] == comment["message"]


async def test_a_comment_taken_down_and_reopened_starts_anew(service: Running) -> None:
    published = await service.publish(GOOD)
    down = await service.decide(published, "reject", reason="other")
    assert (down["published_at"], down["reason"]) == (None, "other")
    reopened = await service.decide(down, "reopen", note="nhầm")
    assert (reopened["state"], reopened["published_at"], reopened["reason"]) == ("pending", None, None)
    again = await service.decide(reopened, "approve")
    assert again["published_at"] > published["published_at"]


async def test_what_a_check_rejected_is_reopened_with_its_findings(service: Running) -> None:
    rejected = await service.submit(UNMARKED)
    reopened = await service.decide(rejected, "reopen")
    assert (reopened["state"], reopened["reason"], reopened["message"]) == ("pending", None, None)
    assert [finding["code"] for finding in reopened["findings"]] == ["missing_diacritics"]
    assert reopened["suggestion"] == GOOD
    assert (await service.decide(reopened, "approve", body=GOOD))["state"] == "published"


async def test_misspelt_options_are_refused(service: Running) -> None:
    comment = await service.submit(GOOD)
    for action, fields in ACTIONS.items():
        wrong = fields | {"version": comment["version"], "reson": "spam"}
        assert wrong_fields(await act(service, comment, action, **wrong)) == {"reson"}, action
    wrong = {"version": comment["version"], "force": "yes"}
    assert wrong_fields(await act(service, comment, "approve", **wrong)) == {"force"}
    assert wrong_fields(await act(service, comment, "reopen", version=2, force=True)) == {"force"}


async def test_notes_and_messages_have_bounds(service: Running) -> None:
    comment = await service.submit(GOOD)
    version = comment["version"]
    for wrong in ("x" * 2001, "a\0b", 5):
        answer = await act(service, comment, "approve", version=version, note=wrong)
        assert wrong_fields(answer) == {"note"}, wrong
        answer = await act(service, comment, "reject", version=version, reason="spam", message=wrong)
        assert wrong_fields(answer) == {"message"}, wrong


async def test_comments_that_do_not_exist_cannot_be_decided_on(service: Running) -> None:
    theirs = (await service.admin("POST", "/v1/comments?site=khac", json=comment_of())).json
    for comment in (theirs, {"id": "0" * 22}, {"id": "x"}):
        for action, fields in ACTIONS.items():
            refused(await act(service, comment, action, version=1, **fields), 404, "not_found")


async def test_an_admin_decides_too(service: Running) -> None:
    comment = await service.submit(GOOD)
    path = f"/v1/comments/{comment['id']}/approve"
    answer = await service.admin("POST", f"{path}?site=bao", json={"version": comment["version"]})
    assert (answer.status, answer.json["state"]) == (200, "published")
    assert wrong_fields(await service.admin("POST", path, json={"version": 3})) == {"site"}


async def test_an_edit_is_held_to_the_longest_text_of_the_site(service: Running) -> None:
    comment = await service.submit(GOOD)
    await set_policy(service, length={"max": 60})
    answer = await act(service, comment, "edit", version=comment["version"], body="a" * 61)
    assert wrong_fields(answer) == {"body"}
