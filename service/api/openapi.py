"""`GET /openapi.json`: OpenAPI 3.1, made from the declared calls, their models and `documented`."""

import asyncio
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, get_args

import orjson
from aiohttp import web
from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from service import __version__, errors
from service.api import responses
from service.api.documented import (
    CALLS,
    OPERATIONS,
    PATH_PARAMETERS,
    REQUEST_HEADERS,
    RESPONSE_HEADERS,
    Answer,
    Documented,
)
from service.api.routing import Endpoint

Json = dict[str, Any]

_REF = "#/components/schemas/{model}"
_PROBLEM_JSON = "application/problem+json"

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

_PROBLEM_MODELS: Mapping[str, type[BaseModel]] = {
    "invalid_request": responses.InvalidRequestProblem,
    "version_conflict": responses.VersionConflictProblem,
    "invalid_transition": responses.TransitionProblem,
}
_PROBLEM_HEADERS: Mapping[str, tuple[str, ...]] = {
    "unauthorized": ("WWW-Authenticate",),
    "rate_limited": ("Retry-After",),
    "unavailable": ("Retry-After",),
}
_PROBLEMS: Mapping[str, type[errors.Problem]] = {
    kind.code: kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.Problem) and kind is not errors.Problem
}


class _WithoutTitles(GenerateJsonSchema):
    """Property names say what pydantic's titles repeat."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def openapi(endpoints: Iterable[Endpoint]) -> Json:
    """The whole document.

    Raises:
        KeyError: a call is not in `documented`.
    """
    schemas: Json = {}
    paths: Json = {}
    for endpoint in endpoints:
        documented = CALLS[endpoint.method, endpoint.path]
        operation = _Operation(endpoint, documented, schemas).document()
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = operation
    for path, (summary, documented) in OPERATIONS.items():
        paths[path] = {"get": _open_operation(path, summary, documented, schemas)}
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
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "headers": RESPONSE_HEADERS,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A key of this service."}
            },
        },
    }


def openapi_route(endpoints: Iterable[Endpoint]) -> web.RouteDef:
    """The route that shows the document, which is made when it is first asked for."""

    @cache
    def made() -> bytes:
        return orjson.dumps(openapi(endpoints))

    async def show(_: web.Request) -> web.Response:
        """This document."""
        return web.Response(body=await asyncio.to_thread(made), content_type="application/json")

    return web.get("/openapi.json", show)


def _open_operation(path: str, summary: str, documented: Documented, schemas: Json) -> Json:
    """One of the calls that need no key."""
    return {
        "operationId": re.sub(r"\W", "_", path.strip("/")),
        "tags": ["operators"],
        "summary": summary,
        "security": [],
        "responses": {
            **_answers(documented.answers, schemas),
            **_problems(documented.problems, schemas),
        },
    }


class _Operation:
    """One declared call as an operation object."""

    def __init__(self, endpoint: Endpoint, documented: Documented, schemas: Json) -> None:
        self._endpoint = endpoint
        self._documented = documented
        self._schemas = schemas

    def document(self) -> Json:
        endpoint, documented = self._endpoint, self._documented
        roles = sorted(endpoint.roles or ())
        operation: Json = {
            "operationId": endpoint.handler.__name__,
            "tags": [endpoint.tag],
            "summary": endpoint.summary,
            "description": documented.description,
            "security": [{"key": []}],
            "x-roles": [role.value for role in roles],
            "parameters": [*self._path_parameters(), *self._query(), *self._headers()],
            "requestBody": self._body(),
            "responses": {
                **_answers(documented.answers, self._schemas),
                **_problems(self._codes(), self._schemas),
            },
        }
        return {name: value for name, value in operation.items() if value not in ("", [], None)}

    def _path_parameters(self) -> Iterator[Json]:
        for name in _names_in(self._endpoint.path):
            yield {"name": name, "in": "path", "required": True, **PATH_PARAMETERS[name]}

    def _query(self) -> Iterator[Json]:
        model = self._endpoint.query
        schema = _schema_of(model, self._schemas, keep=False)
        for name, field in schema.get("properties", {}).items():
            parameter: Json = {"name": name, "in": "query", "required": name in schema.get("required", ())}
            if "description" in field:
                parameter["description"] = field.pop("description")
            yield parameter | {"schema": _not_null(field)}

    def _headers(self) -> Iterator[Json]:
        for name in self._documented.headers:
            yield {"name": name, "in": "header", "required": False, **REQUEST_HEADERS[name]}

    def _body(self) -> Json | None:
        model = self._documented.body or self._endpoint.body
        if model is None:
            return None
        schema = _schema_of(model, self._schemas)
        return {
            "required": bool(model.model_fields),
            "content": {"application/json": {"schema": schema}},
        }

    def _codes(self) -> tuple[str, ...]:
        """Every way to fail: those that the declaration implies, then the call's own."""
        endpoint = self._endpoint
        codes = ["unauthorized", "forbidden", "unavailable", "invalid_request"]
        if endpoint.body is not None:
            codes += ["invalid_json", "too_large", "unsupported_media_type"]
        if endpoint.concerns_site or _names_in(endpoint.path):
            codes.append("not_found")
        return tuple(dict.fromkeys([*codes, *self._documented.problems]))


def _names_in(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


def _schema_of(model: Any, schemas: Json, *, keep: bool = True) -> Json:
    """A model's schema, its parts moved to the components; with `keep` a model's own goes there too."""
    adapter: TypeAdapter[Any] = TypeAdapter(model)
    schema: Json = adapter.json_schema(ref_template=_REF, schema_generator=_WithoutTitles)
    schemas.update(schema.pop("$defs", {}))
    if not keep or not isinstance(model, type) or not issubclass(model, BaseModel) or "$ref" in schema:
        return schema
    schemas[model.__name__] = schema
    return {"$ref": _REF.format(model=model.__name__)}


def _not_null(schema: Json) -> Json:
    """A parameter is left out, never null."""
    kinds: list[Json] = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    rest: Json = {name: value for name, value in schema.items() if name not in ("anyOf", "default")}
    return rest | kinds[0]


def _answers(answers: Mapping[int, Answer], schemas: Json) -> Json:
    return {str(status): _answer(answer, schemas) for status, answer in answers.items()}


def _answer(answer: Answer, schemas: Json) -> Json:
    response: Json = {"description": answer.description}
    if answer.headers:
        response["headers"] = _header_refs(answer.headers)
    if answer.media is not None:
        response["content"] = {answer.media: {"schema": {"type": "string"}}}
    elif answer.model is not None:
        response["content"] = {"application/json": {"schema": _any_of(answer.model, schemas)}}
    return response


def _any_of(model: Any, schemas: Json) -> Json:
    kinds = get_args(model) if not isinstance(model, type) and len(get_args(model)) > 1 else ()
    if not kinds or dict in kinds:
        return _schema_of(model, schemas)
    return {"anyOf": [_schema_of(kind, schemas) for kind in kinds]}


def _header_refs(names: Iterable[str]) -> Json:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _problems(codes: Iterable[str], schemas: Json) -> Json:
    """The responses that refuse, by status; and one for whatever else goes wrong."""
    by_status: dict[int, list[str]] = {}
    for code in codes:
        by_status.setdefault(_PROBLEMS[code].status, []).append(code)
    found = {str(status): _refusal(by_status[status], schemas) for status in sorted(by_status)}
    problem = _schema_of(responses.Problem, schemas)
    return found | {
        "default": {"description": "Any other problem.", "content": {_PROBLEM_JSON: {"schema": problem}}}
    }


def _refusal(codes: list[str], schemas: Json) -> Json:
    kinds = [_problem_schema(code, schemas) for code in codes]
    response: Json = {
        "description": "; ".join(f"`{code}`: {_PROBLEMS[code].title}" for code in codes) + ".",
        "content": {_PROBLEM_JSON: {"schema": kinds[0] if len(kinds) == 1 else {"anyOf": kinds}}},
    }
    headers = [name for code in codes for name in _PROBLEM_HEADERS.get(code, ())]
    return response | ({"headers": _header_refs(headers)} if headers else {})


def _problem_schema(code: str, schemas: Json) -> Json:
    base = _schema_of(_PROBLEM_MODELS.get(code, responses.Problem), schemas)
    kind = _PROBLEMS[code]
    fixed = {"code": {"const": code}, "status": {"const": kind.status}, "title": {"const": kind.title}}
    return {"allOf": [base, {"properties": fixed}]}
