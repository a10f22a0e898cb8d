"""Requests drawn from the API's own document, and answers held to it; see `torture/requests.py`."""

import contextlib
import copy
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import quote

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi import checks

HELD = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,  # the last: see TOO_LARGE
]

SITE, OTHER = "bao", "khac"
"""Comments come to the first; the policy of the second is changed, so that those stay as they are."""

RECEIVER = "https://1.1.1.1/codau"
"""Of webhooks: a public address, as it must be. Nobody calls it: that would be the courier's."""

OWN = 0.8
"""How often an id, a version or a cursor is one that there is."""

NORMALISED = {"body", "message", "name", "note", "thread_title", "title"}
"""Texts whose length counts without the control characters and spaces that are taken out of them first."""

TOO_LARGE = 413
"""Refuses, too, whatever is wrong besides; schemathesis does not know it for a refusal."""

CHAIN = 12
"""The longest chain of calls."""

STREAM = "/v1/events"


def held_document(document: Any) -> Any:
    """The document as answers are held to it: no answer that is not named, no member that is not."""
    strict = copy.deepcopy(document)
    del strict["paths"][STREAM]
    for schema in strict["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
            for name in NORMALISED & schema["properties"].keys():
                schema["properties"][name] = _without_lengths(schema["properties"][name])
    for calls in strict["paths"].values():
        for call in calls.values():
            del call["responses"]["default"], call["security"]  # keys are right: other tests try wrong ones
    return strict


class Fuzzer:
    """Calls a service that may be filled with anything.

    Attributes:
        requests: how many were sent.
        findings: by operation and check, what was sent and what was wrong with the answer.
    """

    def __init__(self, url: str, admin_key: str, seed: int) -> None:
        self.requests = 0
        self.findings: dict[tuple[str, str], str] = {}
        self._url = url
        self._http = requests.Session()
        self._chance = Random(seed)  # noqa: S311 - to be repeated, not to be secret
        self._seed = seed
        self._keys = {"admin": admin_key} | _keys(url, admin_key)
        document = self._http.get(f"{url}/openapi.json", timeout=30).json()
        self._schema = schemathesis.openapi.from_dict(held_document(document))
        every: Any = self._schema.get_all_operations()
        self._operations = [found.ok() for found in every]
        self._known: dict[str, list[Any]] = defaultdict(list)
        self._version: dict[str, int] = {}
        self._answered: Counter[tuple[str, int]] = Counter()

    def call_by_call(self, count: int) -> None:
        """Try every call so often that it comes to some number of requests."""
        wrong = [operation for operation in self._operations if _can_be_wrong(operation)]
        turns = [(GenerationMode.POSITIVE, self._operations), (GenerationMode.NEGATIVE, wrong)]
        drawn = [operation.as_strategy(generation_mode=mode) for mode, some in turns for operation in some]
        of_each = min(50, -(-count // len(drawn)))
        for _ in range(-(-count // len(drawn) // of_each)):  # so that calls meet what later ones left
            for strategy in drawn:
                self._draw(strategy, of_each)

    def in_chains(self, count: int) -> None:
        """Send on what was answered, along the ways that the document's names and types lead."""
        fuzzer = self

        class Chains(self._schema.as_state_machine()):  # type: ignore[misc]
            def before_call(self, case: Case[Any]) -> None:
                fuzzer._own(case)

            def get_call_kwargs(self, case: Case[Any]) -> dict[str, Any]:
                return {"base_url": fuzzer._url, "headers": fuzzer._headers(case), "session": fuzzer._http}

            def validate_response(self, response: Any, case: Case[Any], **_: Any) -> None:
                fuzzer._hold(case, response)

        end, number = self.requests + count, 0
        while self.requests < end:  # one by one: what is stored differs from chain to chain
            number += 1
            seeded(self._seed + number)(Chains).run(
                settings=_plain(max_examples=1, stateful_step_count=CHAIN)
            )

    def statuses(self) -> Counter[int]:
        """How often each status was answered."""
        found: Counter[int] = Counter()
        for (_, status), number in self._answered.items():
            found[status] += number
        return found

    def untried(self) -> list[str]:
        """Calls that never succeeded: of these little is shown."""
        every = {operation.label for operation in self._operations}
        return sorted(every - {label for label, status in self._answered if status < 400})

    def _draw(self, strategy: Any, count: int) -> None:
        @seeded(self._seed)
        @_plain(max_examples=count)
        @given(case=strategy)
        def attempt(case: Case[Any]) -> None:
            self._own(case)
            self._hold(
                case, case.call(self._url, headers=self._headers(case), session=self._http, timeout=30)
            )

        with contextlib.suppress(Unsatisfiable):  # a call without parameters has nothing to do wrong
            attempt()

    def _hold(self, case: Case[Any], response: Any) -> None:
        self.requests += 1
        self._answered[case.operation.label, response.status_code] += 1
        if "json" in response.headers.get("content-type", [""])[0]:
            self._learn(response.json(), response.status_code)
        held = HELD[:-1] if response.status_code == TOO_LARGE else HELD
        try:
            case.validate_response(response, checks=held)
        except (FailureGroup, Failure) as failed:
            for failure in getattr(failed, "exceptions", [failed]):
                where = (case.operation.label, failure.title)
                self.findings.setdefault(where, f"{where}: {failure}\n{case.as_curl_command()}")

    def _headers(self, case: Case[Any]) -> dict[str, str]:
        roles = case.operation.definition.raw.get("x-roles", [])
        role = next((one for one in ("website", "moderator", "admin") if one in roles), None)
        return {"Authorization": f"Bearer {self._keys[role]}"} if role else {}

    def _own(self, case: Case[Any]) -> None:
        """Mostly name what there is, unless the request is drawn against the document."""
        against = case.meta is not None and case.meta.generation.mode is GenerationMode.NEGATIVE
        if not against:
            for name in case.path_parameters or {}:
                drawn = case.path_parameters[name]
                known = self._one(_kind(case, name), drawn)
                case.path_parameters[name] = drawn if known is drawn else quote(str(known), safe="")
            for part in (case.query, case.body):
                if isinstance(part, dict):
                    self._fill(part, case)
        self._name_the_site(case)

    def _name_the_site(self, case: Case[Any]) -> None:
        """Where the key does not imply it; and never revoke a key that is in use."""
        definition = case.operation.definition.raw
        if isinstance(case.query, dict):
            named = "site" in {one["name"] for one in definition["parameters"] if one["in"] == "query"}
            case.query.pop("site", None)
            if named and definition["x-roles"] == ["admin"]:
                case.query["site"] = SITE
        if case.method == "DELETE" and "/keys/" in case.path:
            case.path_parameters["site"] = OTHER

    def _fill(self, part: dict[str, Any], case: Case[Any]) -> None:
        for name in ("cursor", "parent_id", "thread"):
            if name in part:
                part[name] = self._one("comment" if name == "parent_id" else name, part[name])
        if "url" in part and "/webhooks" in case.path:
            part["url"] = RECEIVER
        if "version" in part:
            comment = str((case.path_parameters or {}).get("id"))
            part["version"] = self._version.get(comment, part["version"])

    def _one(self, kind: str, drawn: Any) -> Any:
        if kind == "site":
            return self._chance.choice([SITE, OTHER, drawn])
        known = self._known[kind]
        return self._chance.choice(known[-50:]) if known and self._chance.random() < OWN else drawn

    def _learn(self, answer: Any, status: int) -> None:
        """Remember what an answer names."""
        if status >= 400:
            return
        for found in _objects(answer):
            if isinstance(found.get("version"), int) and "thread" in found:
                self._known["comment"].append(found["id"])
                self._version[found["id"]] = found["version"]
                self._known["thread"].append(found["thread"])
                self._known["author"] += [found["author"]["key"]] if found["author"].get("key") else []
            elif str(found.get("id", "")).startswith("wh_"):
                self._known["hook"].append(found["id"])
            elif "attempts" in found:
                self._known["delivery"].append(found["id"])
            if found.get("next_cursor"):
                self._known["cursor"].append(found["next_cursor"])


def _can_be_wrong(operation: Any) -> bool:
    """Whether there is anything that the document refuses: free text alone is always right."""
    definition = operation.definition.raw
    bounds = re.search(
        r'"(pattern|enum|minimum|minLength|maxLength|format)":', json.dumps(definition["parameters"])
    )
    return "requestBody" in definition or bounds is not None


def _without_lengths(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_lengths(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    bounds = ("minLength", "maxLength")
    return {name: _without_lengths(value) for name, value in schema.items() if name not in bounds}


def _plain(**chosen: Any) -> settings:
    """Draw and try; nothing is kept, made smaller, or too slow."""
    return settings(
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        **chosen,
    )


def _kind(case: Case[Any], name: str) -> str:
    """What a part of a path names."""
    if name == "key":
        return "author" if "/authors/" in case.path else "key"
    return "comment" if name == "id" else name


def _objects(answer: Any) -> Any:
    """Every JSON object in an answer."""
    if isinstance(answer, dict):
        yield answer
    for value in answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ():
        yield from _objects(value)


def _keys(url: str, admin_key: str) -> dict[str, str]:
    """Two sites, and keys for the first, by role."""
    headers = {"Authorization": f"Bearer {admin_key}"}

    def call(send: Callable[..., requests.Response], path: str, document: Any) -> Any:
        answer = send(url + path, json=document, headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json()

    for site in (SITE, OTHER):
        call(requests.put, f"/v1/sites/{site}", {"name": "Báo Ví Dụ"})
    generous = {"limits": {"author": None, "address": None}}
    call(requests.patch, f"/v1/sites/{SITE}/policy", generous)
    roles = ("website", "moderator")
    made = {
        role: call(requests.post, f"/v1/sites/{SITE}/keys", {"role": role, "name": role}) for role in roles
    }
    return {role: str(key["key"]) for role, key in made.items()}
