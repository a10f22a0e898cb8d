"""Settings are read from the environment and `.env`, and a wrong one is named without being shown."""

from pathlib import Path

import pytest

from service import settings


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting comes from the machine the tests run on."""
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(settings.PREFIX + name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_defaults_are_those_of_the_contract(tmp_path: Path) -> None:
    found = settings.load()
    assert found.redis_url is None
    assert (found.host, found.port, found.partitions, found.fsync) == ("127.0.0.1", 8080, 16, "always")
    assert found.data_dir == tmp_path / "data"
    assert (found.log_format, found.webhook_allow_private, found.admin_key) == ("console", False, None)


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("CODAU_PORT=9001\nCODAU_HOST=::1\nOTHER=1\n", encoding="utf-8")
    monkeypatch.setenv("CODAU_PORT", "9002")
    found = settings.load()
    assert (found.host, found.port) == ("::1", 9002)


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODAU_REDIS_URL", "")
    monkeypatch.setenv("CODAU_ADMIN_KEY", "")
    found = settings.load()
    assert (found.redis_url, found.admin_key) == (None, None)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("CODAU_PORT", "65536"),
        ("CODAU_PORT", "tcp://10.0.0.1:8080"),
        ("CODAU_REDIS_URL", "http://localhost"),
        ("CODAU_REDIS_URL", "redis://"),
        ("CODAU_REDIS_URL", "localhost:6379"),
        ("CODAU_REDIS_URL", "redis://localhost:notaport"),
        ("CODAU_REDIS_URL", "redis+sentinel://localhost:26379"),
        ("CODAU_REDIS_URL", "redis+sentinel://a:1,b:notaport/bao"),
        ("CODAU_REPLICAS", "-1"),
        ("CODAU_REPLICAS", "1"),
        ("CODAU_ADMIN_KEY", "k" * 31),
        ("CODAU_PARTITIONS", "0"),
        ("CODAU_FSYNC", "never"),
        ("CODAU_API_PROCESSES", "-1"),
        ("CODAU_WORKER_PROCESSES", "many"),
        ("CODAU_LOG_FORMAT", "xml"),
        ("CODAU_WEBHOOK_ALLOW_PRIVATE", "perhaps"),
        ("CODAU_TRUSTED_PROXIES", "10.0.0.0/8, proxy.internal"),
        ("CODAU_TRUSTED_PROXIES", "10.0.0.1/8"),
    ],
)
def test_a_wrong_value_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(settings.InvalidSettings) as refused:
        settings.load()
    line = str(refused.value)
    assert line.startswith(f"{variable}: ")
    assert "\n" not in line


def test_a_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CODAU_REDIS_URL", "redis://:geheim@localhost:99999")
    with pytest.raises(settings.InvalidSettings) as refused:
        settings.load()
    assert "geheim" not in str(refused.value)
    monkeypatch.setenv("CODAU_REDIS_URL", "redis://:geheim@localhost")
    monkeypatch.setenv("CODAU_ADMIN_KEY", "geheim" * 6)
    assert "geheim" not in repr(settings.load())


@pytest.mark.parametrize(
    "url",
    [
        *("redis://a", "rediss://u:p@a:6380/1", "redis+cluster://a:7000", "unix:///run/a"),
        "redis+sentinel://u:p@a:26379,b:26380/bao/1?sentinel_password=s",
    ],
)
def test_every_kind_of_server_address_is_taken(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("CODAU_REDIS_URL", url)
    assert settings.load().redis_url == url


def test_a_file_that_is_no_text_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"CODAU_HOST=\xff\n")
    with pytest.raises(settings.InvalidSettings, match=r"^\.env: is not UTF-8$"):
        settings.load()


def test_a_misspelt_variable_is_told_and_a_foreign_one_is_not(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CODAU_REDIS_URI", "redis://a")
    monkeypatch.setenv("CODAU_DEPLOY_TOKEN", "x")
    (tmp_path / ".env").write_text("CODAU_WORKER_PROCESES=2\ncodau_port=1\n", encoding="utf-8")
    assert settings.misspelt() == [
        ("CODAU_REDIS_URI", "CODAU_REDIS_URL"),
        ("CODAU_WORKER_PROCESES", "CODAU_WORKER_PROCESSES"),
    ]
