"""Do with the Python client what the lines of standard input say; see `calling.py`."""

import json
import sys
from typing import Any

folder, url, key = sys.argv[1:]
sys.path.insert(0, folder)

from codau import Codau, NotSigned, Page, Problem, verify  # noqa: E402  the client is no part of a package

codau = Codau(url, key)


def verified(body: str, headers: dict[str, str], secrets: list[str]) -> object:
    return verify(body.encode(), headers, *secrets)


def thread(name: str, known: dict[str, Any] | None = None) -> object:
    return codau.thread(name, Page(**known) if known else None)._asdict()


named = {name: getattr(codau, name) for name in ("submit", "comment", "revise", "erase", "counts")}
calls = {"verify": verified, "thread": thread, **named}
for line in sys.stdin:
    name, arguments = json.loads(line)
    try:
        said = {"answer": calls[name](*arguments)}
    except NotSigned:
        said = {"not_signed": True}
    except Problem as problem:
        said = {"problem": vars(problem)}
    print(json.dumps(said), flush=True)
