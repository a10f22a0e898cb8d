"""An API process as its supervisor starts it again, whatever else has died with it."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.torture.stack import apart
from tests.supervision.codau import eventually


def test_one_that_is_started_before_its_store_waits_for_it(tmp_path: Path) -> None:
    with contextlib.ExitStack() as going:
        stack = going.enter_context(apart(tmp_path, workers=0))
        stack.valkey.kill()
        stack.api.kill()
        thread = going.enter_context(ThreadPoolExecutor(1))
        starting = thread.submit(stack.api.start)
        log = tmp_path / "api.log"
        eventually(lambda: "store_unreachable" in log.read_text(encoding="utf-8"), within_s=30)
        stack.valkey.start()
        starting.result(timeout=30)
        assert stack.api.runs
