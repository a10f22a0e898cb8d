"""docs/run.md keeps its word: nginx lets pass what has to, and the unit for systemd starts what there is."""

import asyncio
import configparser
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession, ClientTimeout
from aiohttp.test_utils import unused_port
from yarl import URL

from service.settings import Settings
from tests.clients.calling import url_of
from tests.running import Running
from tests.supervision.codau import ROOT

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
CONFIGURATION = (ROOT / "docs" / "nginx.conf").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "run.md").read_text(encoding="utf-8")
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def runnable(folder: Path, port: int, service: str) -> str:
    """The documented file, on this port without a certificate, in front of this service."""
    site = CONFIGURATION.replace("127.0.0.1:8080", service.removeprefix("http://"))
    site = re.sub(r"^ +ssl_certificate.*\n", "", site, flags=re.MULTILINE)
    site = site.replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
    temporary = "\n".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    return (
        f"daemon off; master_process off; pid {folder}/pid; error_log {folder}/error;\n"
        f"events {{}}\nhttp {{ access_log off;\n{temporary}\n{site}}}\n"
    )


@asynccontextmanager
async def behind_nginx(service: Running, folder: Path) -> AsyncIterator[ClientSession]:
    """A client of the service that goes through nginx as the guide sets it up."""
    assert NGINX is not None
    port, file = unused_port(), folder / "nginx.conf"
    file.write_text(runnable(folder, port, url_of(service)), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(NGINX, "-c", str(file), "-e", str(folder / "error"))
    try:
        async with asyncio.timeout(20):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.02)
                else:
                    writer.close()
                    break
        async with ClientSession(f"http://127.0.0.1:{port}", timeout=ClientTimeout(total=20)) as client:
            yield client
    finally:
        process.terminate()
        await process.wait()


@pytest.mark.skipif(NGINX is None, reason="needs nginx: apt-get install nginx-light")
async def test_everything_passes_nginx_as_the_guide_sets_it_up(service: Running, tmp_path: Path) -> None:
    website = {"Authorization": f"Bearer {service.website.key}"}
    moderator = {"Authorization": f"Bearer {service.moderator.key}"}
    async with behind_nginx(service, tmp_path) as client:
        async with client.get("/v1/events", headers=moderator) as stream:
            await service.publish("Bài viết rất hay!", thread="a/b c")
            async with asyncio.timeout(10):
                while b"comment.published" not in await stream.content.readline():
                    pass
        address = URL("/v1/threads/a%2Fb%20c/comments", encoded=True)
        async with client.get(address, headers=website) as answer:
            assert (await answer.json())["count"] == 1
        async with client.post("/v1/comments", data=b"x" * 70_000, headers=website) as answer:
            assert answer.status == 413
        own = {"Origin": str(client._base_url).rstrip("/"), "X-Forwarded-Proto": "https"}
        key = {"key": service.moderator.key}
        async with client.post("/moderate/session", json=key, headers=own) as answer:
            assert answer.status == 200
            assert "Secure" not in answer.headers["Set-Cookie"], (
                "nginx says how it was reached, not the client"
            )
        other = own | {"Origin": "https://ke-xau.example"}
        async with client.post("/moderate/session", json=key, headers=other) as answer:
            assert answer.status == 403
        threads = "&".join(f"thread={'x' * 250}{number}" for number in range(200))
        async with client.get(f"/v1/counts?{threads}", headers=website) as answer:
            assert len((await answer.json())["counts"]) == 200


def test_the_unit_starts_codau_with_settings_that_exist() -> None:
    unit = configparser.ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read(ROOT / "docs" / "codau.service", encoding="utf-8")
    service = unit["Service"]
    assert service["ExecStart"].split("/")[-1] == "codau up"
    assert service["ReadWritePaths"] in service["Environment"]
    assert float(service["TimeoutStopSec"]) > 20, "as long as a stop may take"
    known = {f"CODAU_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"CODAU_[A-Z_]+", service["Environment"] + GUIDE)) <= known


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    units = []
    for name in ("codau.service", "codau-backup.service", "codau-backup.timer"):
        text = (ROOT / "docs" / name).read_text(encoding="utf-8")
        units.append(tmp_path / name)
        units[-1].write_text(text.replace("/opt/codau/.venv/bin/codau", "/bin/true"), encoding="utf-8")
    told = subprocess.run(
        ["systemd-analyze", "verify", *map(str, units)],  # noqa: S607 - wherever it is
        capture_output=True,
        text=True,
        check=False,
    )
    assert "codau" not in told.stderr, told.stderr
