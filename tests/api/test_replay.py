"""A policy is tried on past comments, and nothing is changed."""

from tests.running import Running

LINK = "Mọi người đọc thêm ở https://bao-khac.example/bai-viet nhé!"


async def test_a_stricter_policy_shows_what_it_would_have_rejected(service: Running) -> None:
    linked = await service.submit(LINK)
    good = await service.submit("Bài viết rất hay, cảm ơn tòa soạn!", thread="b")
    unmarked = await service.submit("Bai viet rat hay, cam on toa soan nhieu lam!", thread="c")
    trial = {"policy": {"actions": {"link": "reject", "missing_diacritics": "flag"}}, "limit": 10}
    answer = await service.admin("POST", "/v1/sites/bao/policy/replay", json=trial)
    assert answer.status == 200
    assert answer.json["summary"] == {
        "total": 3,
        "changed": 2,
        "was": {"pending": 2, "rejected": 1},
        "would": {"pending": 2, "rejected": 1},
    }
    would = {item["id"]: (item["was"], item["would"]) for item in answer.json["items"]}
    assert would == {
        linked["id"]: ("pending", "rejected"),
        good["id"]: ("pending", "pending"),
        unmarked["id"]: ("rejected", "pending"),
    }
    policy = (await service.admin("GET", "/v1/sites/bao/policy")).json
    assert policy["actions"]["link"] == "flag", "nothing is changed"
    assert (await service.website("GET", f"/v1/comments/{linked['id']}")).json["state"] == "pending"


async def test_a_wrong_policy_is_refused_by_its_field(service: Running) -> None:
    trial = {"policy": {"actions": {"link": "perhaps"}}}
    answer = await service.admin("POST", "/v1/sites/bao/policy/replay", json=trial)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "policy.actions.link")
    missing = await service.admin("POST", "/v1/sites/khong-co/policy/replay", json={"policy": {}})
    assert missing.status == 404
    refused = await service.moderator("POST", "/v1/sites/bao/policy/replay", json={"policy": {}})
    assert refused.status == 403
