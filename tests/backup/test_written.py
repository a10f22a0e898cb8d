"""What released versions wrote is read entirely, and worked on with."""

import json
from typing import Any

import pytest

from service import __version__
from service.supervision import store_check
from tests.backup.contents import put_back
from tests.backup.written import FOLDER, answers, served
from tests.running import Caller, running
from tests.store.looking import assert_consistent, everything

VERSIONS = sorted(path.stem for path in FOLDER.glob("*.backup"))


@pytest.fixture(params=VERSIONS)
async def told(request: pytest.FixtureRequest, empty: str) -> Any:
    """What a version answered to who asked for all of its store, which is put back and brought forward."""
    await put_back(empty, (FOLDER / f"{request.param}.backup").read_bytes())
    await store_check.usable(empty, 16, begins=True)
    return json.loads((FOLDER / f"{request.param}.json").read_bytes())


def test_the_present_version_is_among_them() -> None:
    assert __version__ in VERSIONS


async def test_all_of_it_is_read_as_it_was(told: Any, empty: str) -> None:
    async with served(empty) as admin:
        found = await answers(admin, list(told["answers"]))
    assert {path: wrong for path in found if (wrong := lacking(told["answers"][path], found[path]))} == {}
    assert_consistent(everything(empty))


def lacking(then: Any, now: Any, place: str = "") -> list[str]:
    """What was told then and is not told now; what is told beside it is no harm.

    >>> lacking({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}], "c": 4})
    ['a.1.b: 2, now 3']
    """
    if isinstance(then, dict) and isinstance(now, dict):
        pairs: Any = [(name, then[name], now.get(name)) for name in then]
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        pairs = [(str(number), *both) for number, both in enumerate(zip(then, now, strict=True))]
    else:
        return [] if then == now else [f"{place.lstrip('.')}: {then!r}, now {now!r}"]
    return [wrong for name, *both in pairs for wrong in lacking(*both, f"{place}.{name}")]


async def test_keys_sessions_and_repeats_hold(told: Any, empty: str) -> None:
    async with served(empty) as admin:
        website, nobody = Caller(admin.http, told["website"]), Caller(admin.http, None)
        who = await nobody("GET", "/moderate/session", headers={"Cookie": told["session"]})
        assert who.json["name"] == "moderator"
        repeated = told["repeated"]
        answer = await website(
            "POST", "/v1/comments", json=repeated["document"], headers={"Idempotency-Key": repeated["key"]}
        )
        assert (answer.status, answer.json["id"]) == (202, repeated["id"])


async def test_work_goes_on_where_it_was(told: Any, empty: str) -> None:
    async with running(empty, validating=False) as service:
        queued = await states(service.website, "queued", told)
        assert len(queued) == 2
        await service.recoverer.recover(idle_ms=0)
        await service.validator.drain()
        assert await states(service.website, "queued", told) == []
        for item in (await service.moderator("GET", "/v1/queue?limit=100")).json["items"]:
            await service.decide(item, "approve", force=True)
    assert_consistent(everything(empty))


async def states(website: Caller, state: str, told: Any) -> list[str]:
    """Ids of comments that are in a state."""
    ids = {
        path.split("/")[3].partition("?")[0] for path in told["answers"] if path.startswith("/v1/comments/")
    }
    found = [(await website("GET", f"/v1/comments/{one}")).json for one in ids]
    return [comment["id"] for comment in found if comment["state"] == state]
