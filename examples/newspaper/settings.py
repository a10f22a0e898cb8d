"""The newspaper's variables, read once at the start.

==========================  ==============================================================================
NEWSPAPER_HOST              address to listen on (127.0.0.1)
NEWSPAPER_PORT              port to listen on (8081)
NEWSPAPER_CODAU_URL         where Có Dấu answers (http://127.0.0.1:8080)
NEWSPAPER_CODAU_KEY         a key with the role ``website``; required; stays on this server
NEWSPAPER_WEBHOOK_SECRET    what Có Dấu answered when its webhook to /codau was set; without it, this website
                            asks the service at every page view whether what it keeps is still right
NEWSPAPER_SEED              1: fill the articles with sample comments in the background after the start (0)
NEWSPAPER_MODERATOR_KEY     a key with the role ``moderator``; required by the seed, which decides on some of
                            its comments, and used for nothing else
==========================  ==============================================================================
"""

from __future__ import annotations

from typing import Self

from pydantic import Field, HttpUrl, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class SettingsError(Exception):
    """A variable is missing or wrong; one line that names it."""


class Settings(BaseSettings):
    """What the newspaper is told from outside; see the module for each variable."""

    model_config = SettingsConfigDict(env_prefix="NEWSPAPER_", env_ignore_empty=True, extra="forbid")

    host: str = "127.0.0.1"
    port: int = Field(default=8081, ge=1, le=65535)
    codau_url: HttpUrl = HttpUrl("http://127.0.0.1:8080")
    codau_key: SecretStr
    webhook_secret: SecretStr | None = None
    seed: bool = False
    moderator_key: SecretStr | None = None

    @model_validator(mode="after")
    def _seed_needs_a_moderator(self) -> Self:
        if self.seed and self.moderator_key is None:
            raise ValueError("NEWSPAPER_SEED needs NEWSPAPER_MODERATOR_KEY")
        return self

    @property
    def origin(self) -> str:
        """Where readers reach this website, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"


def read_settings() -> Settings:
    """Read the environment.

    Raises:
        SettingsError: for the first variable that is missing or wrong.
    """
    try:
        return Settings.model_validate({})  # reads the environment
    except ValidationError as error:
        first = error.errors()[0]
        names = [f"NEWSPAPER_{part}".upper() for part in first["loc"]]
        raise SettingsError(": ".join([*names, first["msg"]])) from None
