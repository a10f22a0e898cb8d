"""Pictures for docs/pictures that are made of the code's own tables."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.drawing import flow, life

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"

DRAWINGS: Mapping[str, Callable[[], str]] = {"life.svg": life.drawn, "flow.svg": flow.drawn}
"""Each by the name of its file."""
