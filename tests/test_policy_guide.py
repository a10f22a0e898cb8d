"""docs/policy.md keeps its word: its commands are run, in order, and answer what it shows."""

import asyncio
import json
import os

from tests.clients.calling import url_of
from tests.clients.test_curl import needs_curl
from tests.running import Running
from tests.test_readme import BEGIN, ROOT, answers, blocks, holds

READER = "Xem thêm ở https://vidu.vn nhé cả nhà, bài hay lắm."


@needs_curl
async def test_the_policy_is_tuned_the_way_the_guide_shows(service: Running) -> None:
    await service.submit(READER)
    found = [(kind, text) for kind, text in blocks(ROOT / "docs" / "policy.md") if kind in ("sh", "json")]
    found = found[next(at for at, (kind, _) in enumerate(found) if kind == "sh") :]
    last = max(at for at, (kind, _) in enumerate(found) if kind == "sh")
    script = ["set -euo pipefail"]
    for kind, text in found[: last + 1]:
        if kind == "sh":
            script += [f"echo '{BEGIN}'", text.replace("curl -s", "curl -s --fail-with-body")]
    env = os.environ | {"CODAU_URL": url_of(service), "ADMIN_KEY": service.admin.key or ""}
    process = await asyncio.create_subprocess_exec(
        "/bin/bash", "-c", "\n".join(script), env=env, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    assert process.returncode == 0, told.decode()
    answered = iter(answers(told.decode()))
    for kind, text in found[: last + 1]:
        if kind == "sh":
            answer = next(answered)
        else:
            assert holds(json.loads(text), answer), (text, answer)
    site = (await service.admin("GET", "/v1/sites/bao/policy")).json
    assert (site["actions"]["link"], site["words"]["suspect"]) == ("reject", ["cá độ", "lô đề"])
