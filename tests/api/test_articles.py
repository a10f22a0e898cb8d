"""`PUT /v1/threads/{thread}`: what a website says of an article, and what follows from it."""

from typing import Any

import pytest

from tests.api.calls import GOOD, comment_of, describe, refused, set_policy, wrong_fields
from tests.running import WAIT, Answer, Running


async def send(service: Running, body: str = GOOD, **fields: Any) -> Answer:
    return await service.website("POST", "/v1/comments", json=comment_of(body, **fields), headers=WAIT)


async def codes(service: Running, body: str) -> dict[str, str]:
    """What was found in a comment, with the action."""
    return {finding["code"]: finding["action"] for finding in (await send(service, body)).json["findings"]}


async def test_the_first_word_on_an_article_creates_it(idle_service: Running) -> None:
    first = await describe(idle_service, "a/b", title="Tựa", url="https://bao.example/a/b")
    again = await describe(idle_service, "a/b", title="Tựa mới")
    assert (first.status, again.status) == (201, 200)
    shown = {name: again.json[name] for name in ("thread", "title", "url", "open", "policy")}
    assert shown == {
        "thread": "a/b",
        "title": "Tựa mới",
        "url": "https://bao.example/a/b",
        "open": True,
        "policy": {},
    }


async def test_omitted_fields_stay_and_null_resets(idle_service: Running) -> None:
    said = {"title": "Tựa", "url": "https://bao.example/", "open": False, "policy": {"links": {"allowed": 0}}}
    first = await describe(idle_service, "a", **said)
    assert (await describe(idle_service, "a")).json == first.json
    reset = await describe(idle_service, "a", title=None, url=None, open=None, policy=None)
    assert [reset.json[name] for name in ("title", "url", "open", "policy")] == [None, None, True, {}]


async def test_a_closed_thread_takes_no_new_comments(service: Running) -> None:
    parent = await service.publish(GOOD)
    pending = await service.submit("Gửi trước khi đóng.")
    await describe(service, "doi-song/1", open=False)
    refused(await send(service), 409, "thread_closed")
    refused(await send(service, parent_id=parent["id"]), 409, "thread_closed")
    assert (await send(service, thread="doi-song/2")).status == 201
    assert (await service.decide(pending, "approve"))["state"] == "published"
    shown = await service.website("GET", "/v1/counts", params={"thread": "doi-song/1"})
    assert shown.json["counts"] == {"doi-song/1": 2}
    await describe(service, "doi-song/1", open=True)
    assert (await send(service, "Gửi sau khi mở lại.")).status == 201


async def test_a_closed_thread_of_one_site_is_open_on_another(idle_service: Running) -> None:
    await describe(idle_service, "doi-song/1", open=False)
    elsewhere = await idle_service.admin("POST", "/v1/comments?site=khac", json=comment_of())
    assert elsewhere.status == 202


STRICTER: list[dict[str, Any]] = [
    {"actions": {"link": "reject", "no_text": "flag"}},
    {"actions": {"toxic": "reject"}},
    {"length": {"min": 10, "max": 500}},
    {"length": {"max": 5000}},
    {"replies": {"depth": 1}},
    {"links": {"allowed": 0}},
    {"links": {"blocked_domains": ["xau.example"]}},
    {"spam": {"flag_from": 0.3, "reject_from": 0.8}},
    {"toxic": {"flag_from": 0.2}},
    {"words": {"banned": ["tang lễ vui"], "suspect": ["nghi ngờ"]}},
]


async def test_stricter_rules_are_taken(idle_service: Running) -> None:
    for number, policy in enumerate(STRICTER):
        answer = await describe(idle_service, f"bai/{number}", policy=policy)
        assert answer.status == 201, (policy, answer.text)
        shown = answer.json["policy"]
        for section, fields in policy.items():
            assert shown.get(section, {}).items() <= fields.items(), policy


LOOSER: list[tuple[str, dict[str, Any]]] = [
    ("policy.actions.missing_diacritics", {"actions": {"missing_diacritics": "flag"}}),
    ("policy.actions.toxic", {"actions": {"toxic": "ignore"}}),
    ("policy.length.max", {"length": {"max": 5001}}),
    ("policy.replies.depth", {"replies": {"depth": 4}}),
    ("policy.links.allowed", {"links": {"allowed": 1}}),
    ("policy.spam.flag_from", {"spam": {"flag_from": 0.6}}),
    ("policy.spam.reject_from", {"spam": {"reject_from": 0.99}}),
    ("policy.toxic.flag_from", {"toxic": {"flag_from": 0.9}}),
    ("policy.actions.no_such_code", {"actions": {"no_such_code": "reject"}}),
    ("policy.actions.link", {"actions": {"link": "delete"}}),
    ("policy.links.trusted_domains", {"links": {"trusted_domains": ["a.example"]}}),
    ("policy.limits", {"limits": {"site": "1/1s"}}),
    ("policy.flood", {"flood": {"author": "1/60s"}}),
    ("policy.trusted", {"trusted": {"publish_at_once": False}}),
    ("policy.retention", {"retention": {"rejected_days": 1}}),
    ("policy.duplicate", {"duplicate": {"window_hours": 1}}),
    ("policy.lenght", {"lenght": {"max": 10}}),
    ("policy.length.max", {"length": {"max": "10"}}),
]


async def test_looser_rules_and_other_fields_are_refused(idle_service: Running) -> None:
    await set_policy(idle_service, length={"min": 2})
    for field, policy in [*LOOSER, ("policy.length.min", {"length": {"min": 1}})]:
        answer = await describe(idle_service, "a", title="Không giữ", policy=policy)
        assert wrong_fields(answer) == {field}, policy
    assert (await describe(idle_service, "a")).json["title"] is None


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("title", {"title": "t" * 301}),
        ("title", {"title": 5}),
        ("title", {"title": "a\0b"}),
        ("url", {"url": "javascript:alert(1)"}),
        ("open", {"open": "false"}),
        ("open", {"open": 0}),
        ("policy", {"policy": []}),
        ("closed", {"closed": True}),
    ],
)
async def test_wrong_words_on_an_article_are_refused(
    idle_service: Running, field: str, said: dict[str, Any]
) -> None:
    [named] = wrong_fields(await describe(idle_service, "a", **said))
    assert named.partition(".")[0] == field


async def test_a_threads_rules_decide_on_its_comments_at_once(service: Running) -> None:
    body = "Mời bạn xem thêm ở https://vidu.example/bai-viet nhé."
    assert (await codes(service, body)).get("link") == "flag"
    await describe(service, "doi-song/1", policy={"actions": {"link": "reject"}})
    answer = await send(service, "Mời các bạn xem thêm ở https://vidu.example/bai-khac nữa.")
    assert (answer.json["state"], answer.json["reason"]) == ("rejected", "link")
    await describe(service, "doi-song/1", policy=None)
    answer = await send(service, "Ai muốn biết thì xem ở https://vidu.example/bai-nay cho rõ.")
    assert answer.json["state"] == "pending"


async def test_a_threads_words_are_added_to_the_sites(service: Running) -> None:
    await set_policy(service, words={"banned": ["từ cấm một"]})
    await describe(service, "doi-song/1", policy={"words": {"banned": ["từ cấm hai"]}})
    for word in ("từ cấm một", "từ cấm hai"):
        answer = await send(service, f"Câu này có {word} ở trong.")
        assert answer.json["reason"] == "banned_word", word
    elsewhere = await send(service, "Câu này có từ cấm hai ở trong.", thread="doi-song/2")
    assert elsewhere.json["reason"] is None


async def test_a_threads_range_of_lengths_is_narrower(service: Running) -> None:
    await describe(service, "doi-song/1", policy={"length": {"min": 10, "max": 30}})
    assert wrong_fields(await send(service, "Hay!")) == {"body"}
    assert wrong_fields(await send(service, GOOD)) == {"body"}
    assert (await send(service, "Hay lắm tòa soạn ơi!")).status == 201
    checked = await service.website("POST", "/v1/check", json={"body": "Hay!", "thread": "doi-song/1"})
    assert wrong_fields(checked) == {"body"}


async def test_a_range_that_the_site_has_emptied_since_gives_way_to_the_sites(service: Running) -> None:
    await describe(service, "doi-song/1", policy={"length": {"min": 100}})
    await set_policy(service, length={"max": 60})
    answer = await send(service)
    assert (answer.status, answer.json["state"]) == (201, "pending")


async def test_rules_of_a_thread_are_changed_field_by_field(idle_service: Running) -> None:
    await describe(idle_service, "a", policy={"length": {"max": 100}, "actions": {"link": "reject"}})
    changed = await describe(idle_service, "a", policy={"length": {"max": None}, "replies": {"depth": 1}})
    assert changed.json["policy"] == {"actions": {"link": "reject"}, "replies": {"depth": 1}}


async def test_what_was_said_shows_in_the_queue(service: Running) -> None:
    await describe(service, "doi-song/1", title="Một ngày mới", url="https://bao.example/1")
    await service.submit(GOOD)
    [item] = (await service.moderator("GET", "/v1/queue")).json["items"]
    assert (item["thread_title"], item["thread_url"]) == ("Một ngày mới", "https://bao.example/1")


async def test_a_moderator_says_nothing_of_an_article(idle_service: Running) -> None:
    refused(await idle_service.moderator("PUT", "/v1/threads/a", json={"open": False}), 403, "forbidden")
