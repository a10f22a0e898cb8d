"""Sites and keys by command: without a server, beside a running one, and with one's own."""

import functools
import json
from pathlib import Path

import pytest
import redis

from service.store import keys
from service.supervision.valkey import EmbeddedValkey
from tests.commands.conftest import Terminal


@pytest.fixture
def codau(terminal: Terminal, redis_url: str) -> Terminal:
    """The command line of an installation with a server of its own."""
    return functools.partial(terminal, REDIS_URL=redis_url)


def test_a_site_is_made_listed_and_renamed(codau: Terminal) -> None:
    assert codau("site", "list").out == "There are no sites yet.\n"
    assert codau("site", "create", "bao", "--name", "Báo Ví Dụ").out == "bao: Báo Ví Dụ\n"
    assert "codau site rename" in codau("site", "create", "bao", status=1).err
    codau("site", "rename", "bao", "Báo Khác")
    (site,) = json.loads(codau("site", "list", "--json").out)
    assert (site["id"], site["name"]) == ("bao", "Báo Khác")


@pytest.mark.parametrize("wrong", ["Bao", "b o", "", "b" * 41, "báo"])
def test_an_id_that_is_none_is_a_wrong_argument(codau: Terminal, wrong: str) -> None:
    assert "Invalid value" in codau("site", "create", wrong, status=2).err


def test_a_policy_is_shown_and_changed_as_patch_does(codau: Terminal) -> None:
    codau("site", "create", "bao")
    assert json.loads(codau("site", "policy", "bao").out)["links"]["allowed"] == 0
    changed = json.loads(codau("site", "policy", "bao", "--patch", '{"links": {"allowed": 2}}').out)
    assert (changed["links"]["allowed"], changed["length"]["max"]) == (2, 5000)
    assert json.loads(codau("site", "policy", "bao").out) == changed
    from_input = codau("site", "policy", "bao", "--patch", "-", given=b'{"links": {"allowed": 3}}')
    assert json.loads(from_input.out)["links"]["allowed"] == 3


def test_a_policy_that_is_wrong_changes_nothing(codau: Terminal) -> None:
    codau("site", "create", "bao")
    misspelt = codau("site", "policy", "bao", "--patch", '{"links": {"alowed": 1}}', status=1)
    assert "policy.links.alowed" in misspelt.err
    assert "no valid JSON" in codau("site", "policy", "bao", "--patch", "{", status=2).err
    assert "nowhere" in codau("site", "policy", "nowhere", status=1).err
    assert json.loads(codau("site", "policy", "bao").out)["links"]["allowed"] == 0


def test_a_key_is_made_listed_without_itself_and_revoked(codau: Terminal) -> None:
    codau("site", "create", "bao")
    told = codau("key", "create", "--role", "moderator", "--site", "bao", "--name", "Thu Hà")
    key = told.out.strip()
    assert key.startswith("codau_moderator_")
    listed = codau("key", "list", "--json").out
    (record,) = json.loads(listed)
    assert (record["role"], record["site"], record["name"]) == ("moderator", "bao", "Thu Hà")
    assert key not in listed
    assert record["id"] in told.err
    codau("key", "revoke", record["id"])
    assert codau("key", "list").out == "There are no keys yet.\n"
    assert record["id"] in codau("key", "revoke", record["id"], status=1).err


def test_a_key_needs_the_site_that_its_role_needs(codau: Terminal) -> None:
    assert "--site" in codau("key", "create", "--role", "website", status=2).err
    assert "--site" in codau("key", "create", "--role", "admin", "--site", "bao", status=2).err
    assert "nowhere" in codau("key", "create", "--role", "website", "--site", "nowhere", status=1).err
    made = json.loads(codau("key", "create", "--role", "admin", "--json").out)
    assert (made["role"], made["site"]) == ("admin", None)


def test_an_embedded_server_is_started_for_one_command(terminal: Terminal, tmp_path: Path) -> None:
    terminal("site", "create", "bao")
    assert [site["id"] for site in json.loads(terminal("site", "list", "--json").out)] == ["bao"]
    with EmbeddedValkey(tmp_path):
        pass  # nobody holds the folder


def test_a_folder_that_cannot_be_used_is_one_line(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "valkey" / "owner.lock").mkdir(parents=True)
    told = terminal("site", "list", status=1).err
    assert told.startswith("codau: ")
    assert "owner.lock" in told
    assert told.count("\n") == 1


def test_data_of_a_newer_program_are_not_touched(codau: Terminal, redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.hset(keys.META, mapping={"format": 99, "partitions": 16})
    told = codau("site", "create", "bao", status=1).err
    assert told.startswith("codau: The data are of a newer Có Dấu, in format 99")
    assert told.count("\n") == 1
