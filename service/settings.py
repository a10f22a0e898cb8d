"""Every setting of Có Dấu, read once by a `main` and passed on; no other module looks at the environment.

A setting is an environment variable with the prefix `CODAU_`, or a line of `.env` in the current folder;
the environment wins. An empty value counts as unset, as compose files write it.
"""

import difflib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, IPvAnyNetwork, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from service.store.addresses import is_watched, watched

PREFIX = "CODAU_"
ENV_FILE = ".env"

FIGURES_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Set by a supervisor for its processes, and named by prometheus-client, which looks at it when imported."""

Fsync = Literal["always", "everysec"]

_SERVER_SCHEMES = ("redis", "rediss", "redis+cluster")


class InvalidSettings(Exception):
    """A setting has a value that cannot be meant; the text is one line that names the variable."""


class Settings(BaseSettings):
    """What an operator may choose; each name is that of its variable, in lower case without the prefix."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        validate_default=True,
    )

    redis_url: str | None = Field(default=None, repr=False)
    """Where Redis or Valkey answers: `redis://`, `rediss://`, `redis+cluster://`, or `redis+sentinel://` with
    the Sentinels that know; None is the embedded server. `unix://` is what `codau up` hands to its own
    processes. It may hold a password."""

    data_dir: Path = Path("data")
    """Where the embedded server keeps its append-only file, and `codau up` the first keys."""

    host: str = "127.0.0.1"
    """The address the API listens on."""

    port: int = Field(default=8080, ge=0, le=65535)
    """The TCP port the API listens on; 0 takes a free one, and `codau up` prints which."""

    admin_key: SecretStr | None = Field(default=None, min_length=32)
    """A bootstrap admin key of at least 32 characters, for the first call of a new installation."""

    partitions: int = Field(default=16, ge=1, le=1024)
    """Hash slots the threads are spread over. Written into the data at first, compared at each start."""

    replicas: int = Field(default=0, ge=0, le=16)
    """How many replicas have to confirm that they have on disk what is acknowledged; 0 waits for none."""

    fsync: Fsync = "always"
    """When the embedded server writes through to the disk: before each answer, or once a second."""

    api_processes: int = Field(default=1, ge=1, le=256)
    """Processes that answer HTTP."""

    worker_processes: int = Field(default=1, ge=1, le=256)
    """Processes that judge comments."""

    trusted_proxies: Annotated[tuple[IPvAnyNetwork, ...], NoDecode] = ()
    """Whose `X-Forwarded-For` is believed: addresses and networks, parted by commas."""

    metrics_port: int | None = Field(default=None, ge=1, le=65535)
    """Where `codau worker` shows the figures of its processes to Prometheus; the API shows its own anyway."""

    log_format: Literal["console", "json"] = "console"
    """Lines for people, or one JSON object a line for machines."""

    webhook_allow_private: bool = False
    """Whether webhooks may call addresses that are not public: for tests and closed networks."""

    @field_validator("redis_url")
    @classmethod
    def _redis_url_is_one(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if is_watched(value):
            watched(value)
            return value
        parts = urlsplit(value)
        if parts.scheme == "unix" and parts.path:
            return value
        if parts.scheme not in _SERVER_SCHEMES or not parts.hostname:
            schemes = ", ".join(f"{scheme}://" for scheme in (*_SERVER_SCHEMES, "redis+sentinel"))
            raise ValueError(f"should be an address that begins with one of {schemes}")
        _ = parts.port  # raises ValueError where it is no number up to 65535
        return value

    @field_validator("replicas")
    @classmethod
    def _replicas_are_of_a_server(cls, value: int, info: ValidationInfo) -> int:
        if value and info.data.get("redis_url") is None:
            raise ValueError("should be 0 without CODAU_REDIS_URL: the embedded server has no replicas")
        return value

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def _proxies_are_parted_by_commas(cls, value: object) -> object:
        return [part.strip() for part in value.split(",")] if isinstance(value, str) else value

    @field_validator("data_dir")
    @classmethod
    def _data_dir_is_absolute(cls, value: Path) -> Path:
        return value.expanduser().absolute()


def load() -> Settings:
    """The settings of this process.

    Raises:
        InvalidSettings: naming the first variable whose value is wrong, and what it should be. Never the
            value: it may be a password.
    """
    _in_file()
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        variable = PREFIX + str(first["loc"][0]).upper()
        what = first["msg"].removeprefix("Value error, ")
        raise InvalidSettings(f"{variable}: {what[:1].lower()}{what[1:]}") from None


def misspelt() -> list[tuple[str, str]]:
    """Pairs (variable that is set, the setting it was probably meant to be).

    An environment may hold variables of other programs under any name, so an unknown one alone refuses
    nothing; but `CODAU_REDIS_URI` in silence would start an empty embedded server.
    """
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    pairs = []
    for name in sorted({*os.environ, *_in_file()}):
        written = name.upper()  # the case of a variable does not matter
        if written.startswith(PREFIX) and written not in known:
            pairs += [(name, meant) for meant in difflib.get_close_matches(written, known, 1, 0.8)]
    return pairs


def shared_figures() -> Path | None:
    """Where the processes of one supervisor keep their figures together, as it tells prometheus-client."""
    folder = os.environ.get(FIGURES_VARIABLE)
    return Path(folder) if folder else None


def traces_are_wanted() -> bool:
    """Whether OpenTelemetry's own variables name a collector, and do not switch it off."""
    named = any(os.environ.get(f"OTEL_EXPORTER_OTLP_{part}ENDPOINT") for part in ("", "TRACES_"))
    return named and os.environ.get("OTEL_SDK_DISABLED", "").lower() != "true"


def _in_file() -> Iterable[str]:
    """The variables of `.env`.

    Raises:
        InvalidSettings: the file is no text.
    """
    try:
        return dotenv_values(ENV_FILE)
    except UnicodeDecodeError:
        raise InvalidSettings(f"{ENV_FILE}: is not UTF-8") from None
