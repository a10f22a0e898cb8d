"""A site of any size goes through in the same memory."""

import os
from pathlib import Path

from bench.transfer import run, write


def test_memory_does_not_grow_with_the_site(redis_url: str, tmp_path: Path) -> None:
    """Ten times as many comments, which would take some 30 MiB more if they were held."""
    peaks = []
    for count in (500, 5_000):
        file = tmp_path / f"{count}.jsonl"
        write(file, count)
        there = run(redis_url, "import", "bao", str(file), output=Path(os.devnull))
        back = run(redis_url, "export", "bao", output=Path(os.devnull))
        peaks.append(max(there.peak_mib, back.peak_mib))
    assert peaks[1] - peaks[0] < 12
