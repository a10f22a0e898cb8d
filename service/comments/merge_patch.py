"""Change a model by a JSON merge patch (RFC 7396), and say which field of a request is wrong.

It knows models and documents, nothing of policies.
"""

from collections.abc import Iterator, Mapping
from types import NoneType
from typing import Any, TypeVar, get_args

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
    for error in wrong.errors(include_url=False, include_context=False, include_input=False):
        field = ".".join(str(part) for part in error["loc"] if part != "[key]")
        yield field_path(at, field), error["msg"].removeprefix("Value error, ")


def field_path(at: str, field: str) -> str:
    """A field's name within a request; either part may be empty."""
    return ".".join(part for part in (at, field) if part)


def merged(current: BaseModel, patch: Any) -> Any:
    """The document that the patch makes of the model; it is still to be validated.

    Objects are merged, everything else is replaced. `null` removes a field, whose default then holds, except
    where the field takes null as a value. A name that the model does not have is left in, to be refused.
    """
    if not isinstance(patch, Mapping):
        return patch
    document: dict[str, Any] = dict(current)
    for name, value in patch.items():
        old = document.get(name)
        if value is None and name in document and not _takes_null(current, name):
            del document[name]
        elif isinstance(old, BaseModel):
            document[name] = merged(old, value)
        elif isinstance(old, dict) and isinstance(value, Mapping):
            document[name] = {**old, **value}
        else:
            document[name] = value
    return document


def _takes_null(model: BaseModel, name: str) -> bool:
    return NoneType in get_args(type(model).model_fields[name].annotation)
