"""Holds answers to the OpenAPI document: every status, media type, header and member must stand in it."""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from jsonschema import Draft202012Validator

from tests.running import Answer, Caller


def closed(document: Any) -> Any:
    """A copy in which objects have no members beyond those named."""
    strict = copy.deepcopy(document)
    for schema in strict["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return strict


@dataclass
class Conforming:
    """Calls with checked answers, and a list of what was seen."""

    document: Any
    seen: set[tuple[str, str, int]] = field(default_factory=set)

    async def __call__(self, caller: Caller, method: str, path: str, **request: Any) -> Answer:
        """Send a request and hold its answer to the document."""
        answer = await caller(method, path, **request)
        template = self._template(method, urlsplit(path).path)
        responses = self.document["paths"][template][method.lower()]["responses"]
        assert str(answer.status) in responses, f"{method} {template}: {answer.status} is not documented"
        self._hold(answer, self._resolved(responses[str(answer.status)]))
        self.seen.add((method, template, answer.status))
        return answer

    def _template(self, method: str, path: str) -> str:
        found = [
            template
            for template, operations in self.document["paths"].items()
            if method.lower() in operations and re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path)
        ]
        assert found, f"{method} {path} is not documented"
        return str(min(found, key=lambda template: template.count("{")))

    def _resolved(self, response: Any) -> Any:
        shared = response.get("$ref", "").removeprefix("#/components/responses/")
        return self.document["components"]["responses"][shared] if shared else response

    def _hold(self, answer: Answer, response: Any) -> None:
        content = response.get("content", {})
        media = answer.headers.get("Content-Type", "").partition(";")[0]
        if not content:
            assert answer.text == ""
            return
        assert media in content, f"{media} is not documented"
        if "json" in media:
            self._hold_body(answer.json, content[media]["schema"])
        for name in (
            "Location",
            "ETag",
            "Retry-After",
            "WWW-Authenticate",
            "Preference-Applied",
            "RateLimit-Policy",
            "RateLimit",
            "X-Request-ID",
        ):
            assert name not in answer.headers or name in response.get("headers", {}), (
                f"{name} is not documented"
            )

    def _hold_body(self, body: Any, schema: Any) -> None:
        whole = schema | {"components": self.document["components"]}
        errors = list(Draft202012Validator(whole).iter_errors(body))
        assert not errors, "\n".join(f"{error.json_path}: {error.message}" for error in errors)


def successes(document: Any) -> Iterator[tuple[str, str, int]]:
    """Every way in which a documented call succeeds."""
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for status in operation["responses"]:
                if status.isdigit() and int(status) < 400:
                    yield method.upper(), path, int(status)
