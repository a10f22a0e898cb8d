"""The drawings of docs/pictures, made anew: `python -m tests.drawing`."""

from tests.drawing import DRAWINGS, FOLDER

for name, drawn in DRAWINGS.items():
    (FOLDER / name).write_text(drawn(), encoding="utf-8")
