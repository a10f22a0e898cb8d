"""The OpenAPI 3.1 document, made from the declared calls, their models and `documented`."""

import re
from collections.abc import Iterable, Iterator

from pydantic import BaseModel

from service import __version__
from service.api import request_ids
from service.api.documented import CALLS, OPERATIONS, Documented
from service.api.documented_names import PATH_PARAMETERS, REQUEST_HEADERS
from service.api.endpoints import Endpoint
from service.api.examples import exemplified
from service.api.openapi_components import Components, Json

_INTRODUCTION = """Comment pre-moderation for Vietnamese newspapers: a comment comes in, is checked, waits, is
edited, is published.

Keys go into `Authorization: Bearer <key>`. A key has one role (`website`, `moderator` or `admin`; each call
names those it takes under `x-roles`) and, unless it is an admin's, one site; an admin names the site with
`?site=<id>`. Times are RFC 3339 in UTC with milliseconds, ids are opaque strings. Unknown fields in a request
are refused. Whatever goes wrong is answered as `application/problem+json` (RFC 9457) with a stable `code`.
Every `GET` answers `HEAD` too. What was answered with 201 or 202 survives the crash of any process here."""

_TAGS = {
    "websites": "What websites send and read.",
    "moderators": "What moderators see and decide.",
    "admins": "Sites, keys and policies.",
    "operators": "For whoever runs the service; no key is needed.",
}


def openapi(endpoints: Iterable[Endpoint]) -> Json:
    """The whole document.

    Raises:
        KeyError: a call is not in `documented`.
    """
    parts = Components()
    paths: Json = {}
    for endpoint in endpoints:
        documented = CALLS[endpoint.method, endpoint.path]
        operation = _declared(endpoint, documented, parts)
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    for path, (summary, documented) in OPERATIONS.items():
        paths[path] = {"get": _open(path, summary, documented, parts)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Có Dấu",
            "version": __version__,
            "description": _INTRODUCTION,
            "license": {"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        },
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": paths,
        "components": parts.document(),
    }


def _declared(endpoint: Endpoint, documented: Documented, parts: Components) -> Json:
    """The operation object of a declared call."""
    operation: Json = {
        "operationId": endpoint.handler.__name__,
        "tags": [endpoint.tag],
        "summary": endpoint.summary,
        "description": documented.description,
        "security": [{"key": []}],
        "x-roles": sorted(role.value for role in endpoint.roles),
        "parameters": [
            *_in_path(endpoint.path),
            *_in_query(endpoint.query, parts),
            *_in_headers((*documented.headers, request_ids.HEADER)),
        ],
        "requestBody": _body(endpoint.body, documented.body, parts),
        "responses": _responses(documented, _codes(endpoint), parts),
    }
    return {name: value for name, value in operation.items() if value not in ("", [], None)}


def _open(path: str, summary: str, documented: Documented, parts: Components) -> Json:
    """The operation object of a call that needs no key."""
    return {
        "operationId": re.sub(r"\W", "_", path.strip("/")) or "front",
        "tags": ["operators"],
        "summary": summary,
        "security": [],
        "parameters": list(_in_headers((*documented.headers, request_ids.HEADER))),
        "responses": _responses(documented, (), parts),
    }


def _responses(documented: Documented, implied: Iterable[str], parts: Components) -> Json:
    answers = {str(status): parts.answer(answer) for status, answer in documented.answers.items()}
    return answers | parts.problems(dict.fromkeys([*implied, *documented.problems]))


def _in_path(path: str) -> Iterator[Json]:
    for segment, name in re.findall(r"(\w+)/{(\w+)}", path):
        told = PATH_PARAMETERS.get(f"{segment}/{name}") or PATH_PARAMETERS[name]
        yield {"name": name, "in": "path", "required": True, **told}


def _in_query(model: type[BaseModel], parts: Components) -> Iterator[Json]:
    schema = parts.inline(model)
    for name, field in schema.get("properties", {}).items():
        parameter: Json = {"name": name, "in": "query", "required": name in schema.get("required", ())}
        if "description" in field:
            parameter["description"] = field.pop("description")
        yield parameter | {"schema": exemplified(name, _not_null(field))}


def _in_headers(names: Iterable[str]) -> Iterator[Json]:
    for name in names:
        yield {"name": name, "in": "header", "required": False, **REQUEST_HEADERS[name]}


def _body(declared: type[BaseModel] | None, shown: type[BaseModel] | None, parts: Components) -> Json | None:
    if declared is None:
        return None
    return {
        "required": any(field.is_required() for field in declared.model_fields.values()),
        "content": {"application/json": {"schema": parts.schema(shown or declared)}},
    }


def _codes(endpoint: Endpoint) -> Iterator[str]:
    """The ways to fail that a declaration implies."""
    yield from ("unauthorized", "forbidden", "unavailable", "invalid_request")
    if endpoint.body is not None:
        yield from ("invalid_json", "too_large", "unsupported_media_type")
    if endpoint.concerns_site or _names_in(endpoint.path):
        yield "not_found"


def _names_in(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


def _not_null(schema: Json) -> Json:
    """A parameter is left out, never null."""
    kinds: list[Json] = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    rest: Json = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return rest | kinds[0]
