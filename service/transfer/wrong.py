"""What is wrong with a part of a file, in the words that whoever imports it is told."""

from pydantic import ValidationError

from service.comments.validation import field_errors
from service.transfer.lines import LONGEST
from service.transfer.records import Bad

TOO_LONG = Bad(f"longer than {LONGEST >> 20} MiB")
"""In place of a line of which `lines` gives none."""


def reason_of(error: ValidationError, *, tagged: bool = False) -> str:
    """The first thing that is wrong, and where; never what stood there, which may be a reader's text.

    Args:
        tagged: whether the model is one of several, whose tag stands before each field's name.
    """
    field, what = next(field_errors(error, ""))
    where = field.partition(".")[2] if tagged else field
    return f"{where}: {what}" if where else what
