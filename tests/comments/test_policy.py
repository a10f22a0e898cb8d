"""The policy: its defaults, what it refuses and under which name, and the two ways it changes."""

import json
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from service.comments.policy import CODES, Policy
from service.comments.policy_sections import STRICTNESS, Section
from service.comments.rates import Rate
from service.comments.thread_policy import ThreadPolicy
from service.errors import InvalidRequest
from service.judging.model import ORDER

SITE = Policy.parsed({})

AS_THE_CONTRACT_SAYS = {
    "length": {"min": 1, "max": 5000},
    "replies": {"depth": 3},
    "links": {"allowed": 0, "blocked_domains": [], "trusted_domains": []},
    "words": {"banned": [], "suspect": []},
    "spam": {"flag_from": 0.5, "reject_from": 0.95},
    "toxic": {"flag_from": 0.5},
    "duplicate": {"window_hours": 72},
    "flood": {"author": "6/60s", "address": "20/60s"},
    "limits": {"site": None, "author": "30/60s", "address": "120/60s"},
    "trusted": {"publish_at_once": False},
    "retention": {"rejected_days": 90, "address_days": 365},
}
REJECT_BY_DEFAULT = {
    "banned_author",
    "missing_diacritics",
    "raw_keystrokes",
    "banned_word",
    "blocked_link",
}


def wrong_fields(problem: InvalidRequest) -> list[str]:
    return [error["field"] for error in problem.data["errors"]]


def refused(document: Any) -> list[str]:
    with pytest.raises(InvalidRequest) as caught:
        Policy.parsed(document)
    assert all(error["message"] for error in caught.value.data["errors"])
    return wrong_fields(caught.value)


def test_an_empty_document_is_the_default_policy() -> None:
    told = SITE.model_dump(mode="json")
    actions = told.pop("actions")
    assert told == AS_THE_CONTRACT_SAYS
    assert actions == {code: "reject" if code in REJECT_BY_DEFAULT else "flag" for code in ORDER}


def test_the_codes_stand_in_the_order_in_which_they_decide() -> None:
    assert CODES == ORDER


def test_a_policy_reads_back_as_it_was_written() -> None:
    policy = SITE.patched({"flood": {"author": "100/1h"}, "words": {"banned": ["cá độ"]}})
    written = json.loads(policy.model_dump_json())
    assert written["flood"]["author"] == "100/3600s"
    assert Policy.parsed(written) == policy


@pytest.mark.parametrize(
    ("document", "fields"),
    [
        ({"lenght": {}}, ["lenght"]),
        ({"length": {"minimum": 2}}, ["length.minimum"]),
        ({"actions": {"smap": "flag"}}, ["actions.smap"]),
        ({"actions": {"spam": "delete"}}, ["actions.spam"]),
        ({"length": {"min": 0}}, ["length.min"]),
        ({"length": {"max": 20_001}}, ["length.max"]),
        ({"length": {"min": "2"}}, ["length.min"]),
        ({"length": {"min": 2.0}}, ["length.min"]),
        ({"length": {"min": True}}, ["length.min"]),
        ({"length": {"min": None}}, ["length.min"]),
        ({"length": {"min": 9, "max": 8}}, ["length"]),
        ({"replies": {"depth": 0}}, ["replies.depth"]),
        ({"replies": {"depth": 11}}, ["replies.depth"]),
        ({"spam": {"flag_from": 1.01}}, ["spam.flag_from"]),
        ({"spam": {"flag_from": 0.96}}, ["spam"]),
        ({"toxic": {"flag_from": float("nan")}}, ["toxic.flag_from"]),
        ({"flood": {"author": "6/60"}}, ["flood.author"]),
        ({"flood": {"author": "0/60s"}}, ["flood.author"]),
        ({"flood": {"author": "6/0s"}}, ["flood.author"]),
        ({"flood": {"author": "6/8d"}}, ["flood.author"]),
        ({"flood": {"author": "\N{FULLWIDTH DIGIT SIX}/60s"}}, ["flood.author"]),
        ({"flood": {"author": None}}, ["flood.author"]),
        ({"limits": {"site": 5}}, ["limits.site"]),
        ({"links": {"blocked_domains": ["ok.vn", "https://x.vn/"]}}, ["links.blocked_domains.1"]),
        ({"links": {"blocked_domains": ["vn"]}}, ["links.blocked_domains.0"]),
        ({"links": {"blocked_domains": "x.vn"}}, ["links.blocked_domains"]),
        ({"words": {"banned": [""]}}, ["words.banned.0"]),
        ({"words": {"banned": ["a" * 101]}}, ["words.banned.0"]),
        ({"words": {"banned": ["a\N{NULL}b"]}}, ["words.banned.0"]),
        ({"words": {"banned": ["\ud800"]}}, ["words.banned.0"]),
        ({"words": {"banned": [7]}}, ["words.banned.0"]),
        ({"words": {"suspect": ["từ"] * 10_001}}, ["words.suspect"]),
        ({"length": {"min": 0}, "x": 1}, ["length.min", "x"]),
        ([], [""]),
    ],
)
def test_what_is_wrong_is_refused_under_its_name(document: Any, fields: list[str]) -> None:
    assert refused(document) == fields


def test_a_wrong_field_is_named_from_where_the_policy_stands_in_the_request() -> None:
    with pytest.raises(InvalidRequest) as caught:
        Policy.parsed({"length": 3, "x": 1}, at="policy")
    assert wrong_fields(caught.value) == ["policy.length", "policy.x"]


def test_lists_are_held_in_one_form() -> None:
    written = "Cá độ"
    policy = Policy.parsed(
        {
            "words": {"banned": ["  Cá   độ ", unicodedata.normalize("NFD", written)]},
            "links": {"blocked_domains": ["Example.COM.", "example.com", "báo.vn"]},
        }
    )
    assert policy.words.banned == (written,)
    assert policy.links.blocked_domains == ("example.com", "xn--bo-mia.vn")


def test_a_patch_merges_objects_and_replaces_lists() -> None:
    before = SITE.patched(
        {"links": {"allowed": 2, "blocked_domains": ["a.vn", "b.vn"]}, "actions": {"link": "reject"}}
    )
    after = before.patched({"links": {"blocked_domains": ["c.vn"]}, "actions": {"spam": "reject"}})
    assert after.links.allowed == 2
    assert after.links.blocked_domains == ("c.vn",)
    assert (after.actions.link, after.actions.spam) == ("reject", "reject")
    assert before.links.blocked_domains == ("a.vn", "b.vn")


def test_null_in_a_patch_takes_a_field_or_a_section_back_to_its_default() -> None:
    changed = SITE.patched({"length": {"min": 20, "max": 30}, "spam": {"flag_from": 0.1, "reject_from": 0.2}})
    assert changed.patched({"length": {"min": None}}).length.model_dump() == {"min": 1, "max": 30}
    assert changed.patched({"spam": None, "length": None}) == SITE


def test_null_in_limits_is_no_limit() -> None:
    unlimited = SITE.patched({"limits": {"author": None}})
    assert unlimited.limits.author is None
    assert unlimited.limits.address == Rate(120, 60)
    assert unlimited.patched({"limits": None}) == SITE
    assert Policy.parsed({"limits": {"author": None}}) == unlimited


def test_null_for_a_field_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidRequest) as caught:
        SITE.patched({"lenght": None, "actions": {"smap": None}})
    assert sorted(wrong_fields(caught.value)) == ["actions.smap", "lenght"]


def test_a_patch_that_makes_a_contradiction_with_what_stands_is_refused() -> None:
    with pytest.raises(InvalidRequest) as caught:
        SITE.patched({"length": {"min": 100}}).patched({"length": {"max": 50}})
    assert wrong_fields(caught.value) == ["length"]


@pytest.mark.parametrize("patch", [[], "x", 3, None, {"length": 3}, {"length": []}])
def test_a_patch_that_is_no_object_where_one_belongs_is_refused(patch: Any) -> None:
    with pytest.raises(InvalidRequest):
        SITE.patched(patch)


def test_the_rules_for_the_checks_are_made_once_and_follow_a_change() -> None:
    policy = Policy.parsed(
        {"links": {"allowed": 2, "trusted_domains": ["a.vn", "b.vn"], "blocked_domains": ["b.vn"]}}
    )
    assert policy.rules() is policy.rules()
    assert policy.rules().links_allowed == 2
    assert policy.rules().trusted_domains == ("a.vn",)
    assert policy.patched({"links": {"allowed": 3}}).rules().links_allowed == 3
    assert ThreadPolicy.parsed({"links": {"allowed": 1}}, policy).over(policy).rules().links_allowed == 1


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"actions": {"banned_word": "flag"}}, "actions.banned_word"),
        ({"actions": {"link": "ignore"}}, "actions.link"),
        ({"actions": {"smap": "reject"}}, "actions.smap"),
        ({"actions": {"smap": None}}, "actions.smap"),
        ({"length": {"max": 1001}}, "length.max"),
        ({"length": {"min": 9}}, "length.min"),
        ({"length": {"min": 1001}}, "length.min"),
        ({"length": {"max": 9}}, "length.max"),
        ({"length": {"min": 30, "max": 20}}, "length"),
        ({"replies": {"depth": 4}}, "replies.depth"),
        ({"links": {"allowed": 1}}, "links.allowed"),
        ({"links": {"trusted_domains": ["a.vn"]}}, "links.trusted_domains"),
        ({"spam": {"flag_from": 0.51}}, "spam.flag_from"),
        ({"spam": {"reject_from": 0.96}}, "spam.reject_from"),
        ({"spam": {"flag_from": 0.4, "reject_from": 0.3}}, "spam"),
        ({"toxic": {"flag_from": 0.6}}, "toxic.flag_from"),
        ({"limits": {"author": "1/60s"}}, "limits"),
        ({"flood": {}}, "flood"),
        ({"trusted": {"publish_at_once": False}}, "trusted"),
    ],
)
def test_what_would_loosen_for_a_thread_and_any_other_field_is_refused(document: Any, field: str) -> None:
    site = SITE.patched({"length": {"min": 10, "max": 1000}})
    with pytest.raises(InvalidRequest) as caught:
        ThreadPolicy.parsed(document, site, at="policy")
    assert f"policy.{field}" in wrong_fields(caught.value)


def test_a_thread_can_be_stricter_in_everything_it_may_set() -> None:
    site = SITE.patched({"links": {"allowed": 3, "blocked_domains": ["a.vn"]}, "words": {"banned": ["một"]}})
    stricter = {
        "actions": {"link": "reject", "spam": "reject"},
        "length": {"min": 5, "max": 300},
        "replies": {"depth": 1},
        "links": {"allowed": 1, "blocked_domains": ["b.vn", "a.vn"]},
        "spam": {"flag_from": 0.3, "reject_from": 0.6},
        "toxic": {"flag_from": 0.2},
        "words": {"banned": ["hai"], "suspect": ["ba"]},
    }
    thread = ThreadPolicy.parsed(stricter, site)
    assert thread.over(site) == site.patched(
        stricter
        | {
            "links": {"allowed": 1, "blocked_domains": ["a.vn", "b.vn"]},
            "words": {"banned": ["một", "hai"], "suspect": ["ba"]},
        }
    )
    assert thread.stored() == stricter
    assert ThreadPolicy.model_validate(thread.stored()) == thread


def test_a_thread_that_says_nothing_is_under_the_policy_of_its_site() -> None:
    assert ThreadPolicy().over(SITE) is SITE


def test_a_threads_omitted_fields_stay_and_null_takes_them_back() -> None:
    first = ThreadPolicy.parsed(
        {"length": {"max": 300}, "actions": {"link": "reject", "toxic": "reject"}}, SITE
    )
    second = first.patched({"actions": {"link": None}, "toxic": {"flag_from": 0.2}}, SITE)
    assert second.stored() == {
        "length": {"max": 300},
        "actions": {"toxic": "reject"},
        "toxic": {"flag_from": 0.2},
    }
    assert (
        second.patched({"length": None, "actions": None, "toxic": {"flag_from": None}}, SITE)
        == ThreadPolicy()
    )


def test_what_stood_before_the_site_became_stricter_does_not_refuse_a_later_change() -> None:
    thread = ThreadPolicy.parsed({"replies": {"depth": 3}}, SITE)
    site = SITE.patched({"replies": {"depth": 2}})
    changed = thread.patched({"actions": {"link": "reject"}}, site)
    assert changed.over(site).replies.depth == 2


def test_a_range_of_lengths_that_no_longer_meets_the_sites_gives_way_to_it() -> None:
    thread = ThreadPolicy.parsed({"length": {"min": 500}}, SITE)
    site = SITE.patched({"length": {"max": 100}})
    assert thread.over(site).length == site.length


def test_a_lower_threshold_of_rejection_takes_the_flags_along() -> None:
    spam = ThreadPolicy.parsed({"spam": {"reject_from": 0.3}}, SITE).over(SITE).spam
    assert (spam.flag_from, spam.reject_from) == (0.3, 0.3)


numbers = {
    "length": st.fixed_dictionaries({}, optional={"min": st.integers(1, 40), "max": st.integers(41, 90)}),
    "replies": st.fixed_dictionaries({}, optional={"depth": st.integers(1, 10)}),
    "links": st.fixed_dictionaries(
        {},
        optional={
            "allowed": st.integers(0, 9),
            "blocked_domains": st.lists(st.sampled_from(["a.vn", "b.vn"])),
        },
    ),
    "spam": st.fixed_dictionaries(
        {}, optional={"flag_from": st.floats(0, 0.5), "reject_from": st.floats(0.5, 1)}
    ),
    "toxic": st.fixed_dictionaries({}, optional={"flag_from": st.floats(0, 1)}),
    "actions": st.dictionaries(st.sampled_from(CODES), st.sampled_from(list(STRICTNESS))),
}
documents = st.fixed_dictionaries({}, optional=numbers)


@given(documents, documents)
def test_the_policy_in_force_is_valid_and_never_looser_than_the_sites(said: Any, site_says: Any) -> None:
    site = Policy.parsed(site_says)
    in_force = ThreadPolicy.model_validate(said).over(site)
    assert Policy.parsed(in_force.model_dump()) == in_force
    assert site.length.min <= in_force.length.min <= in_force.length.max <= site.length.max
    assert in_force.replies.depth <= site.replies.depth
    assert in_force.links.allowed <= site.links.allowed
    assert set(in_force.links.blocked_domains) >= set(site.links.blocked_domains)
    assert in_force.spam.flag_from <= site.spam.flag_from
    assert in_force.spam.reject_from <= site.spam.reject_from
    assert in_force.toxic.flag_from <= site.toxic.flag_from
    for code in CODES:
        assert STRICTNESS[in_force.actions.of(code)] >= STRICTNESS[site.actions.of(code)]


@given(documents)
def test_sending_back_what_was_read_changes_nothing(document: Any) -> None:
    policy = Policy.parsed(document)
    assert policy.patched(policy.model_dump(mode="json")) == policy


@pytest.mark.parametrize(
    ("written", "rate"),
    [("6/60s", Rate(6, 60)), ("100/1h", Rate(100, 3600)), ("5/2m", Rate(5, 120)), ("9/7d", Rate(9, 604_800))],
)
def test_a_rate_is_read_in_seconds_minutes_hours_and_days(written: str, rate: Rate) -> None:
    assert Rate.parsed(written) == rate
    assert Rate.parsed(str(rate)) == rate


@pytest.mark.parametrize(
    "written", ["", "6", "6/s", "6/60w", " 6/60s", "-1/60s", "6/60s\n", "1000001/1s", "6/700000s"]
)
def test_what_is_no_rate_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="rate"):
        Rate.parsed(written)


def fields(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from fields(field.annotation, f"{path}{name}.")
        else:
            yield path + name, field


def row(path: str, field: Any) -> str:
    """The line of docs/policy.md that a field must have."""
    default = field.default
    shown = str(default) if isinstance(default, str | Rate) else json.dumps(default)
    bounds = {
        name: getattr(bound, name)
        for bound in field.metadata
        for name in ("ge", "le", "max_length")
        if hasattr(bound, name)
    }
    unit = field.json_schema_extra["unit"]
    if bounds.get("le", 1) > 1:
        unit += f", {bounds['ge']:,} to {bounds['le']:,}"
    if "max_length" in bounds:
        unit += f", up to {bounds['max_length']:,}"
    return f"| `{path}` | `{shown}` | {unit} | {field.description} |"


@pytest.mark.parametrize(("path", "field"), list(fields(Policy)))
def test_every_field_has_its_line_in_the_documents(path: str, field: Any) -> None:
    assert field.examples
    text = (Path(__file__).parents[2] / "docs/policy.md").read_text(encoding="utf-8")
    assert row(path, field) in text.splitlines()
