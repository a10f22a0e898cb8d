"""Which fields of a document are wrong, in the words that a caller is told; never with what stood there."""

from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from service.errors import InvalidRequest

_M = TypeVar("_M", bound=BaseModel)


def validated(model: type[_M], document: Any, at: str) -> _M:
    """The document as the model; InvalidRequest names each wrong field below `at`."""
    try:
        return model.model_validate(document)
    except ValidationError as wrong:
        raise InvalidRequest(list(field_errors(wrong, at))) from None


def field_errors(wrong: ValidationError, at: str) -> Iterator[tuple[str, str]]:
    """Each wrong field, named below `at`, and what is wrong with it."""
    for error in wrong.errors(include_url=False, include_context=False, include_input=False):
        field = ".".join(str(part) for part in error["loc"] if part != "[key]")
        yield field_path(at, field), error["msg"].removeprefix("Value error, ")


def field_path(at: str, field: str) -> str:
    """A field's name within a request; either part may be empty."""
    return ".".join(part for part in (at, field) if part)
