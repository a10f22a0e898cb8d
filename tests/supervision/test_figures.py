"""Figures of several processes as a scrape sees them: one sum, whoever answers and whoever dies; and logs."""

import json
import os
import signal
import stat
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.supervision import figures
from service.supervision.errors import StartRefused
from service.supervision.listening import free_port
from tests.supervision.codau import Up, environment, eventually, up

MARKERS = {
    "name": "Nguyễn Thị Dấu Riêng",
    "id": "ban-doc-rieng-7",
    "email": "dau.rieng@thu.example",
    "ip": "203.0.113.77",
    "user_agent": "Trinh-duyet-rieng/7.7",
}
TEXT = "Bài viết về cầu Thê Húc rất hay, cảm ơn tòa soạn!"
EDITED = "Bài viết về cầu Long Biên rất hay!"
NOTE = "ghi chú giữa hai biên tập viên"
THREAD = "chuyen-muc-rieng/4711"
SECRETS = (
    *MARKERS.values(),
    "Thê Húc",
    "Long Biên",
    NOTE,
    "4711",
    "Dấu Riêng",
    "codau_website",
    "codau_moder",
)


def scraped(url: str) -> dict[str, float]:
    """Every sample, by its name with its labels as they are written."""
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310  an address of ours
        text = answer.read().decode()
    return {
        name: float(value)
        for name, _, value in (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    }


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Up, dict[str, str], Path]]:
    """Two processes of the API and a worker, after a journey; the keys, and where their log goes."""
    folder = tmp_path_factory.mktemp("two")
    env = environment(folder / "data", API_PROCESSES="2", LOG_FORMAT="json")
    with up(env=env, log=folder / "log") as started:
        keys = json.loads((folder / "data" / "keys.json").read_bytes())
        journey(started, keys)
        yield started, keys, folder / "log"


def numbers(running: Up, name: str) -> set[int]:
    """Processes that run a module."""
    return {
        number
        for number in running.numbers()
        if f"-m\0{name}\0".encode() in Path(f"/proc/{number}/cmdline").read_bytes()
    }


def test_every_scrape_shows_the_sum_of_all_processes_and_none_shrinks(
    running: tuple[Up, dict[str, str], Path],
) -> None:
    started, keys, _ = running
    url = started.url("the API") + "/metrics"
    asked = 'codau_http_requests_total{method="GET",route="/v1/counts",status="200"}'
    for _ in range(20):  # each on a connection of its own: the kernel spreads them
        assert started.get("/v1/counts?thread=a", keys["website_key"])[0] == 200
    eventually(lambda: scraped(url).get(asked) == 20)
    assert [scraped(url)[asked] for _ in range(6)] == [20] * 6
    victim = min(numbers(started, "service.supervision.api_process"))
    os.kill(victim, signal.SIGKILL)
    eventually(lambda: victim not in numbers(started, "service.supervision.api_process"))
    eventually(lambda: scraped(url)['codau_processes{part="api"}'] == 2, within_s=20)
    assert scraped(url)[asked] == 20


def test_what_workers_count_is_shown_by_the_api_each_comment_once(
    running: tuple[Up, dict[str, str], Path],
) -> None:
    started, _, _ = running
    url = started.url("the API") + "/metrics"
    eventually(lambda: scraped(url)['codau_decisions_total{decision="approved"}'] == 1)
    shown = scraped(url)
    assert shown['codau_received_total{site="demo"}'] == 2
    assert shown['codau_verdicts_total{state="pending"}'] == 2
    assert shown["codau_verdict_seconds_count"] == 2
    assert shown["codau_decision_seconds_count"] == 1
    assert shown['codau_pending_length{site="demo"}'] == 1
    assert 0 < shown['codau_pending_oldest_seconds{site="demo"}'] < 60


def journey(started: Up, keys: dict[str, str]) -> None:
    """A comment in, edited and published; another one waits; and much that goes wrong."""
    website, moderator = keys["website_key"], keys["moderator_key"]
    new = {"thread": THREAD, "body": TEXT, "author": MARKERS}
    wait = {"Prefer": "wait=10", "X-Request-ID": "mot-ngay"}
    status, comment = started.call("POST", "/v1/comments", website, new, wait)
    assert status == 201
    assert started.call("POST", "/v1/comments", website, new | {"body": f"{TEXT} Rất hay!"}, wait)[0] == 201
    path = f"/v1/comments/{comment['id']}"
    decision = {"version": comment["version"], "body": EDITED, "note": NOTE}
    assert started.call("POST", f"{path}/approve", moderator, decision)[0] == 200
    refused = [
        started.call("POST", f"{path}/approve", moderator, decision)[0],
        started.call("POST", "/v1/comments", website, new | {"parent_id": TEXT})[0],
        started.call("POST", "/v1/comments", website, new | {TEXT: TEXT})[0],
        started.call("POST", "/v1/comments", f"{website}x", new)[0],
        started.call("GET", f"/v1/authors/{MARKERS['id']}/none", moderator)[0],
        started.call("GET", "/v1/queue?cursor=203.0.113.77", moderator)[0],
    ]
    assert refused == [409, 422, 422, 401, 404, 422]


def test_no_line_of_any_process_holds_a_word_of_a_reader_or_a_key(
    running: tuple[Up, dict[str, str], Path],
) -> None:
    started, keys, log = running
    [victim] = numbers(started, "workers")
    os.kill(victim, signal.SIGKILL)
    eventually(lambda: "process started again" in log.read_text(encoding="utf-8"))
    lines = log.read_text(encoding="utf-8").splitlines()
    assert any("process ended" in line for line in lines)
    assert [json.loads(line)["event"] for line in lines]
    told = [
        secret
        for secret in (*SECRETS, keys["website_key"], keys["admin_key"])
        for line in lines
        if secret in line
    ]
    assert told == []
    assert not any(escaped(secret) in line for secret in SECRETS for line in lines)


def escaped(text: str) -> str:
    return json.dumps(text).strip('"')


def test_the_folder_of_figures_is_private_and_goes_with_its_supervisor(tmp_path: Path) -> None:
    with figures.folder() as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        with figures.folder() as other:
            assert folder != other
        assert folder.is_dir()
        assert not other.exists()
    assert not folder.exists()


def test_what_a_killed_supervisor_left_is_removed_by_the_next_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "_IN_MEMORY", tmp_path)
    left, just_made, foreign = tmp_path / "codau-figures-1", tmp_path / "codau-figures-2", tmp_path / "other"
    for folder in (left, just_made, foreign):
        folder.mkdir()
    for folder in (left, foreign):
        (folder / "owner.lock").touch()
    with figures.folder() as ours, figures.folder():
        assert {path.name for path in tmp_path.iterdir()} >= {just_made.name, foreign.name, ours.name}
        assert not left.exists()


def test_workers_of_their_own_show_their_figures_where_they_are_told_to(
    tmp_path: Path, redis_url: str
) -> None:
    port = free_port("127.0.0.1")
    env = environment(tmp_path, REDIS_URL=redis_url, METRICS_PORT=str(port))
    worker = Up("worker", env=env, log=tmp_path / "log")
    url = f"http://127.0.0.1:{port}/metrics"
    try:
        eventually(lambda: scraped(url).get('codau_processes{part="worker"}') == 1, within_s=20)
        assert scraped(url)['codau_decisions_total{decision="approved"}'] == 0
        assert worker.stop() == 0
    finally:
        worker.close()


def test_a_port_that_is_taken_is_told_by_its_setting() -> None:
    port = free_port("127.0.0.1")
    with figures.folder() as folder, figures.shown_at("127.0.0.1", port, folder):
        told = rf"^CODAU_METRICS_PORT: 127\.0\.0\.1:{port} cannot be listened on: "
        with pytest.raises(StartRefused, match=told), figures.shown_at("127.0.0.1", port, folder):
            pass
