"""Tries the whole API by its own document: `python -m bench.fuzz 20000 [SEED]`.

So many requests, half of them call by call and half in chains, in which one call sends on what another
answered; from a real client to a real service with a store and a worker of its own. Values are drawn from the
OpenAPI document, and some against it; ids, versions and cursors mostly come from earlier answers. Answers are
held to the document: status, media type, headers, body, and that what it refuses is refused. What is found is
printed, each kind once; the exit status is 1 with any.

Left out are the live stream, which never ends by itself, and the calling of webhooks, which would lead out.
"""

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.fuzzing import Fuzzer
from bench.serving import API, serving
from service.supervision.children import environment, program
from service.supervision.valkey import EmbeddedValkey

ADMIN_KEY = "fuzz-admin-key-of-more-than-32-characters"


@contextlib.contextmanager
def service() -> Iterator[str]:
    """The address of an API with a store and a worker of its own."""
    with tempfile.TemporaryDirectory() as folder, EmbeddedValkey(Path(folder)) as server:
        chosen = {"CODAU_REDIS_URL": server.url, "CODAU_ADMIN_KEY": ADMIN_KEY}
        duties = program("workers", "validator", "recoverer", "statistician")
        with subprocess.Popen(duties, env=environment(chosen)) as worker:  # noqa: S603 - the arguments are ours
            try:
                with serving(API, chosen) as served:
                    yield f"http://127.0.0.1:{served.port}"
            finally:
                worker.terminate()


def main() -> None:
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with service() as url:
        fuzzer = Fuzzer(url, ADMIN_KEY, seed)
        with contextlib.suppress(KeyboardInterrupt):  # what was found until then is told
            fuzzer.call_by_call(count // 2)
            print(f"{fuzzer.requests} requests call by call, {len(fuzzer.findings)} findings", flush=True)
            fuzzer.in_chains(count - count // 2)
    for status, number in sorted(fuzzer.statuses().items()):
        print(f"{status}: {number}")
    print("\n\n".join(fuzzer.findings.values()))
    print(f"{fuzzer.requests} requests, {len(fuzzer.findings)} findings; never a success: {fuzzer.untried()}")
    sys.exit(1 if fuzzer.findings else 0)


if __name__ == "__main__":
    main()
