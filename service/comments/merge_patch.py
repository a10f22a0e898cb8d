"""Change a model by a JSON merge patch (RFC 7396). It knows models and documents, nothing of policies."""

from collections.abc import Mapping
from types import NoneType
from typing import Any, get_args

from pydantic import BaseModel


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
