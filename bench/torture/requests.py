"""Whatever is asked, it is answered as the API's own document says: never with a `5xx`.

Half of the requests are drawn call by call and half in chains, in which one call sends on what another
answered, by a real client to a real service with a store and a worker of its own. Values are drawn from the
document, and some against it; ids, versions and cursors mostly come from earlier answers. Answers are held
to the document: status, media type, headers, body, and that what it refuses is refused.

Left out are the live stream, which never ends by itself, and the calling of webhooks, which would lead out.
"""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.fuzzing import Fuzzer
from bench.serving import API, serving
from bench.torture.outcome import Figure, Outcome
from service.supervision.children import environment, program
from service.supervision.valkey import EmbeddedValkey

ADMIN_KEY = "fuzz-admin-key-of-more-than-32-characters"


@dataclass(frozen=True, slots=True)
class Size:
    """How many requests at least, and where chance begins."""

    requests: int = 20_000
    seed: int = 1


SHORT = Size(requests=400)


def run(size: Size, folder: Path) -> Outcome:
    """Ask, and hold every answer to the document."""
    with served(folder) as url:
        fuzzer = Fuzzer(url, ADMIN_KEY, size.seed)
        fuzzer.call_by_call(size.requests // 2)
        fuzzer.in_chains(size.requests - size.requests // 2)
    by_status = {f"answered {status}": number for status, number in sorted(fuzzer.statuses().items())}
    figures: dict[str, Figure] = {"requests": fuzzer.requests, **by_status}
    return Outcome(
        figures | {"calls that never succeeded": len(fuzzer.untried())}, list(fuzzer.findings.values())
    )


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of an API with a store and a worker of its own."""
    with EmbeddedValkey(folder / "data") as server:
        chosen = {"CODAU_REDIS_URL": server.url, "CODAU_ADMIN_KEY": ADMIN_KEY}
        duties = program("workers", "validator", "recoverer", "statistician")
        with subprocess.Popen(duties, env=environment(chosen)) as worker:  # noqa: S603 - the arguments are ours
            try:
                with serving(API, chosen) as api:
                    yield f"http://127.0.0.1:{api.port}"
            finally:
                worker.terminate()
