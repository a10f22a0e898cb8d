"""The files for containers, with no engine at hand: their shape, and that what they run exists and starts."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import redis
import yaml

from service import __version__
from service.settings import Settings
from service.supervision.valkey import binary
from tests.supervision.codau import ROOT, Up, environment, eventually

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
INSTRUCTIONS = re.findall(r"^([A-Z]+) +(.*(?:\\\n.*)*)", DOCKERFILE, re.MULTILINE)


def copied() -> list[str]:
    """What the image takes from this folder."""
    sources = [words.split()[:-1] for name, words in INSTRUCTIONS if name == "COPY" and "--from" not in words]
    return [source for some in sources for source in some]


def as_set(service: str) -> dict[str, str]:
    """The settings a service gets where nothing else is set, without prefix."""
    values = {name: str(value) for name, value in SERVICES[service]["environment"].items()}
    defaults = {name: re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", value) for name, value in values.items()}
    return {name.removeprefix("CODAU_"): value for name, value in defaults.items()}


@pytest.fixture
def started(tmp_path: Path, redis_url: str) -> Iterator[Any]:
    """Start what a service runs, on this machine: the store is the test's, the port a free one."""
    running = []

    def start(service: str) -> Up:
        settings = as_set(service) | {"REDIS_URL": redis_url, "HOST": "127.0.0.1", "PORT": "0"}
        found = Up(
            *SERVICES[service]["command"], env=environment(tmp_path, **settings), log=tmp_path / service
        )
        running.append(found)
        return found

    yield start
    for found in running:
        found.close()


def test_the_compose_file_has_the_shape_of_one() -> None:
    schema = json.loads((ROOT / "tests" / "compose_schema.json").read_bytes())
    jsonschema.validate(COMPOSE, schema, cls=jsonschema.Draft202012Validator)


def test_services_wait_for_what_there_is() -> None:
    for service in SERVICES.values():
        assert service.get("depends_on", {}).keys() <= SERVICES.keys()
        assert {place.partition(":")[0] for place in service.get("volumes", [])} <= COMPOSE["volumes"].keys()


def test_only_settings_that_exist_are_set() -> None:
    known = {f"CODAU_{name.upper()}" for name in Settings.model_fields}
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8") + DOCKERFILE
    assert set(re.findall(r"CODAU_[A-Z_]+", text)) <= known


def test_only_the_api_is_reached_from_outside_and_only_from_this_machine() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["api"]
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["api"]["ports"])


def test_the_api_runs_in_two_processes_and_its_health_check_holds(started: Any) -> None:
    api = started("api")
    eventually(lambda: len(list(api.numbers())) == 2)
    _, python, *arguments = SERVICES["api"]["healthcheck"]["test"]
    assert python == "python"
    arguments = [word.replace("http://127.0.0.1:8080", api.url("the API")) for word in arguments]
    subprocess.run([sys.executable, *arguments], check=True, timeout=60)
    assert api.stop() == 0
    assert subprocess.run([sys.executable, *arguments], check=False, capture_output=True).returncode != 0


def test_the_worker_starts_and_takes_work(started: Any, redis_url: str, tmp_path: Path) -> None:
    worker = started("worker")
    with redis.Redis.from_url(redis_url) as client:
        eventually(
            lambda: any(client.xinfo_groups(key) for key in client.scan_iter("codau:*:queue")), within_s=30
        )
    _, *check = SERVICES["worker"]["healthcheck"]["test"]
    assert check == ["codau", "doctor"]
    told = subprocess.run(
        [sys.executable, "-m", "service", *check[1:]],
        cwd=ROOT,
        env=environment(tmp_path, **as_set("worker") | {"REDIS_URL": redis_url}),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert worker.stop() == 0


def test_valkey_starts_as_it_is_told_and_loses_nothing(tmp_path: Path) -> None:
    _, *arguments = [re.sub(r"\$\{[A-Z_]+:-([^}]*)\}", r"\1", word) for word in SERVICES["valkey"]["command"]]
    socket = tmp_path / "valkey.sock"
    here = ["--port", "0", "--unixsocket", str(socket), "--dir", str(tmp_path)]
    with subprocess.Popen([str(binary()), *arguments, *here], stdout=subprocess.DEVNULL) as server:
        eventually(socket.exists)
        with redis.Redis.from_url(f"unix://{socket}", decode_responses=True) as client:
            wanted = {
                "appendonly": "yes",
                "appendfsync": "always",
                "maxmemory-policy": "noeviction",
                "save": "",
            }
            assert {name: client.config_get(name)[name] for name in wanted} == wanted
        server.terminate()
    assert SERVICES["valkey"]["volumes"] == ["valkey:/data"]


def test_the_image_takes_what_exists_and_what_is_not_kept_out() -> None:
    kept_out = (ROOT / ".dockerignore").read_text(encoding="utf-8").split()
    assert kept_out[kept_out.index("*")] == "*"
    let_in = {line.removeprefix("!") for line in kept_out if line.startswith("!")}
    assert set(copied()) == let_in
    assert [name for name in copied() if not (ROOT / name).exists()] == []


def test_the_image_is_debians_and_runs_as_nobody_special() -> None:
    assert {words.split()[0] for name, words in INSTRUCTIONS if name == "FROM"} == {"debian:bookworm-slim"}
    (user,) = [words for name, words in INSTRUCTIONS if name == "USER"]
    assert user not in ("root", "0")
    assert "--require-hashes" in DOCKERFILE


def test_what_is_copied_is_enough_to_install_and_run(tmp_path: Path) -> None:
    """Build a wheel of no more than the image has, and run it elsewhere, in an environment of its own."""
    build, fresh = tmp_path / "build", tmp_path / "fresh"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(fresh)], check=True)
    [packages] = fresh.glob("lib/python*/site-packages")
    (packages / "needed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    for name in copied():
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, build / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            build.mkdir(exist_ok=True)
            shutil.copy(ROOT / name, build / name)
    (install,) = re.findall(r"/opt/codau/bin/pip (install .*/build) ", DOCKERFILE)
    pip = [sys.executable, "-m", "pip", "--python", str(fresh), *shlex.split(install), "--quiet"]
    pip[pip.index("/build")] = str(build)
    subprocess.run(pip, check=True, capture_output=True, timeout=200)
    missing = [path for path in data_files() if not (packages / path).is_file()]
    assert missing == []
    told = {
        words: subprocess.check_output([str(fresh / "bin" / "codau"), *words], cwd=tmp_path, text=True)
        for words in (("check", "Hay!"), ("--version",))
    }
    assert told == {("check", "Hay!"): "pending\n", ("--version",): f"{__version__}\n"}
    assert [path.name for path in packages.glob("codau-*")] == [f"codau-{__version__}.dist-info"]


def data_files() -> list[Path]:
    """Everything in the packages that is neither source nor a note for people."""
    return [
        path.relative_to(ROOT)
        for package in ("service", "workers", "examples")
        for path in (ROOT / package).rglob("*.*")
        if path.is_file() and path.suffix not in (".py", ".pyc", ".md")
    ]
