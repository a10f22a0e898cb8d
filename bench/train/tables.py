"""Write tables into the package, byte for byte the same each time, with a card beside each."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

FOLDER = Path(__file__).parents[2] / "service/judging/vietnamese/tables"


def write(name: str, arrays: Mapping[str, npt.NDArray[np.generic]], card: str) -> Path:
    """Write `name`.npz and `name`.md; unlike `np.savez`, without the time of day."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for key, values in arrays.items():
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(values), allow_pickle=False)
            archive.writestr(
                zipfile.ZipInfo(f"{key}.npy", (1980, 1, 1, 0, 0, 0)),
                buffer.getvalue(),
                zipfile.ZIP_DEFLATED,
                9,
            )
    (FOLDER / f"{name}.md").write_text(card, encoding="utf-8")
    return path


def text_array(lines: list[str]) -> npt.NDArray[np.uint8]:
    """Strings without line ends as one array of UTF-8 bytes."""
    return np.frombuffer("\n".join(lines).encode(), dtype=np.uint8)
