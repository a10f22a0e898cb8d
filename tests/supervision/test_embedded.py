"""The embedded server is started again when it dies, ever later, and stopped only when nobody starts it."""

import asyncio
import os
import signal
import threading
import time
from pathlib import Path
from queue import Queue

from service.supervision import kernel
from service.supervision.embedded import KeptServer
from service.supervision.valkey import EmbeddedValkey


class Dying(EmbeddedValkey):
    """A server that dies as soon as it answers."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        self.starts: Queue[float] = Queue()

    def serve(self) -> None:
        super().serve()
        self.starts.put(time.monotonic())
        signal.pidfd_send_signal(self.pidfd, signal.SIGKILL)


async def test_a_server_that_keeps_dying_is_started_ever_more_seldom(tmp_path: Path) -> None:
    server = Dying(tmp_path)
    kept = KeptServer(server)
    await kept.start()
    starts = [await asyncio.to_thread(server.starts.get) for _ in range(5)]
    await kept.stop(5)
    assert starts[-1] - starts[0] >= 0.1 + 0.2 + 0.4


class Slow(EmbeddedValkey):
    """A server that is started again only when it is told to."""

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir, outlives_us=True)
        self.starts = 0
        self.asked, self.told, self.done = threading.Event(), threading.Event(), threading.Event()

    def serve(self) -> None:
        self.starts += 1
        if self.starts == 1:
            return super().serve()
        self.asked.set()
        assert self.told.wait(20)
        super().serve()
        self.done.set()
        return None


async def test_a_stop_amid_a_new_start_leaves_no_server(tmp_path: Path) -> None:
    server = Slow(tmp_path)
    kept = KeptServer(server)
    await kept.start()
    signal.pidfd_send_signal(server.pidfd, signal.SIGKILL)
    assert await asyncio.to_thread(server.asked.wait, 20)
    stopping = asyncio.create_task(kept.stop(5))
    await asyncio.wait([stopping], timeout=0.2)
    server.told.set()
    await stopping
    assert await asyncio.to_thread(server.done.wait, 20)
    lock = kernel.try_lock(server.folder / "server.lock")
    assert lock is not None, "a server holds the folder that nobody supervises"
    os.close(lock)
