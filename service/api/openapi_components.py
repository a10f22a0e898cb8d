"""The shared parts of the OpenAPI document: schemas of models, answers, and problems."""

import inspect
from collections.abc import Iterable, Mapping
from types import UnionType
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from service import errors
from service.api import problem_models, request_ids
from service.api.documented import Answer
from service.api.documented_names import RESPONSE_HEADERS
from service.api.examples import exemplified

Json = dict[str, Any]

_PROBLEM_JSON = "application/problem+json"
_PROBLEM_MODELS: Mapping[str, type[BaseModel]] = {
    "invalid_request": problem_models.InvalidRequestProblem,
    "version_conflict": problem_models.VersionConflictProblem,
    "invalid_transition": problem_models.TransitionProblem,
    "claimed": problem_models.ClaimedProblem,
}
_PROBLEM_HEADERS: Mapping[str, tuple[str, ...]] = {
    "unauthorized": ("WWW-Authenticate",),
    "rate_limited": ("Retry-After", "RateLimit-Policy", "RateLimit"),
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


class Components:
    """Collects what is referred to; every part has one definition, wherever it is used."""

    def __init__(self) -> None:
        self._schemas: Json = {}
        self._responses: Json = {}

    def document(self) -> Json:
        """The components object."""
        return {
            "schemas": {name: _exemplified(self._schemas[name]) for name in sorted(self._schemas)},
            "responses": dict(sorted(self._responses.items())),
            "headers": RESPONSE_HEADERS,
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A key of this service."}
            },
        }

    def schema(self, kind: Any) -> Json:
        """A type's schema: a reference where it is a model, any of several where it is a union."""
        if isinstance(kind, UnionType):
            return {"anyOf": [self.schema(one) for one in get_args(kind)]}
        schema = self.inline(kind)
        if "$ref" in schema or not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            return schema
        self._schemas[kind.__name__] = schema
        return {"$ref": f"#/components/schemas/{kind.__name__}"}

    def inline(self, kind: Any) -> Json:
        """A type's schema on the spot; the models inside are referred to."""
        schema: Json = TypeAdapter(kind).json_schema(
            ref_template="#/components/schemas/{model}", schema_generator=_WithoutTitles
        )
        self._schemas.update(schema.pop("$defs", {}))
        return schema

    def answer(self, answer: Answer) -> Json:
        """The response object of a success."""
        response: Json = {"description": answer.description, "headers": _headers(answer.headers)}
        if answer.media is not None:
            response["content"] = {answer.media: {"schema": {"type": "string"}}}
        elif answer.model is not None:
            response["content"] = {"application/json": {"schema": self.schema(answer.model)}}
        return response

    def problems(self, codes: Iterable[str]) -> Json:
        """The responses that refuse, by status; and one for whatever else goes wrong."""
        by_status: dict[int, list[str]] = {}
        for code in codes:
            by_status.setdefault(_PROBLEMS[code].status, []).append(code)
        found = {str(status): self._refusal(by_status[status]) for status in sorted(by_status)}
        return found | {"default": self._shared("problem", self._any_problem())}

    def _any_problem(self) -> Json:
        return {
            "description": "Any other problem.",
            "headers": _headers(()),
            "content": {_PROBLEM_JSON: {"schema": self.schema(problem_models.Problem)}},
        }

    def _refusal(self, codes: list[str]) -> Json:
        kinds = [self._problem(code) for code in codes]
        response: Json = {
            "description": " ".join(f"`{code}`: {_PROBLEMS[code].title}." for code in codes),
            "headers": _headers(name for code in codes for name in _PROBLEM_HEADERS.get(code, ())),
            "content": {_PROBLEM_JSON: {"schema": kinds[0] if len(kinds) == 1 else {"anyOf": kinds}}},
        }
        return self._shared("_or_".join(codes), response)

    def _problem(self, code: str) -> Json:
        kind = _PROBLEMS[code]
        fixed = {"code": {"const": code}, "status": {"const": kind.status}, "title": {"const": kind.title}}
        return {
            "allOf": [self.schema(_PROBLEM_MODELS.get(code, problem_models.Problem)), {"properties": fixed}]
        }

    def _shared(self, name: str, response: Json) -> Json:
        self._responses[name] = response
        return {"$ref": f"#/components/responses/{name}"}


def _exemplified(schema: Json) -> Json:
    if "properties" not in schema:
        return schema
    fields = {name: exemplified(name, field) for name, field in schema["properties"].items()}
    return schema | {"properties": fields}


def _headers(names: Iterable[str]) -> Json:
    """The headers of a response; every one names its request."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*names, request_ids.HEADER)}
