"""The embedded server's socket lies in its folder, or in a private place where that path is too long."""

from pathlib import Path

import pytest
import redis

from service.supervision.errors import StartRefused
from service.supervision.valkey import EmbeddedValkey


def test_a_path_too_long_for_a_socket_is_no_obstacle(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    with EmbeddedValkey(deep) as server, redis.Redis.from_url(server.url) as client:
        assert client.ping()
        assert client.config_get("dir")["dir"] == str(deep / "valkey")
        place = server.socket.parent
        assert place.stat().st_mode & 0o777 == 0o700
        assert EmbeddedValkey(deep).url == server.url
    place.rmdir()


def test_a_place_for_the_socket_that_others_may_use_is_refused(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 60) / ("e" * 60)
    place = EmbeddedValkey(deep).socket.parent
    place.chmod(0o777)
    with pytest.raises(StartRefused, match="not a private folder"):
        EmbeddedValkey(deep)
    place.rmdir()
