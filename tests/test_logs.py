"""What gets into the log, and what must not."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from service import logs

READER = "Bài này hay quá"
KEY = "codau_website_Abc-123_x"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging is one for the process: leave it as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()


def json_lines(stream: io.StringIO) -> list[dict[str, str]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_what_is_bound() -> None:
    stream = io.StringIO()
    logs.set_up("json", stream=stream)
    structlog.contextvars.bind_contextvars(request_id="r-1")
    structlog.get_logger().info("answered", status=202)
    (line,) = json_lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {"event": "answered", "status": 202, "level": "info", "request_id": "r-1"}


def test_lines_of_libraries_look_like_ours() -> None:
    stream = io.StringIO()
    logs.set_up("json", stream=stream)
    logging.getLogger("asyncio").warning("slow %s", "callback")
    assert json_lines(stream)[0]["event"] == "slow callback"


def test_debug_is_off() -> None:
    stream = io.StringIO()
    logs.set_up("console", stream=stream)
    structlog.get_logger().debug("judged", body=READER)
    logging.getLogger("any").debug(READER)
    assert stream.getvalue() == ""


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_key_is_blotted_out(log_format: str) -> None:
    stream = io.StringIO()
    logs.set_up(log_format, stream=stream)  # type: ignore[arg-type]
    structlog.get_logger().info(f"with {KEY}", header="Bearer abcdef", secret="whsec_aGVsbG8=")
    logging.getLogger("any").error(KEY)
    assert "codau_website_…" in stream.getvalue()
    assert not any(part in stream.getvalue() for part in ("Abc-123", "abcdef", "aGVsbG8"))


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_what_somebody_sent_makes_no_line_of_its_own(log_format: str) -> None:
    stream = io.StringIO()
    logs.set_up(log_format, stream=stream)  # type: ignore[arg-type]
    sent = "x\r\n2026-11-23T00:00:00Z [error    ] forged\x1b[2J\x85\N{LINE SEPARATOR}"
    structlog.get_logger().info("told", header=sent)
    structlog.get_logger().info(sent)
    logging.getLogger("any").warning("library: %s", sent)
    assert len(stream.getvalue().splitlines()) == 3
    assert not set("\r\x1b\x85\N{LINE SEPARATOR}") & set(stream.getvalue())


@pytest.mark.parametrize("log_format", ["console", "json"])
@pytest.mark.parametrize("source", ["ours", "library"])
def test_a_traceback_names_the_place_and_not_the_text(log_format: str, source: str) -> None:
    stream = io.StringIO()
    logs.set_up(log_format, stream=stream)  # type: ignore[arg-type]
    logger = structlog.get_logger() if source == "ours" else logging.getLogger("any")
    try:
        try:
            raise KeyError(READER)
        except KeyError as error:
            raise ValueError(f"cannot read {READER}") from error
    except ValueError:
        logger.exception("failed")
    said = stream.getvalue()
    assert READER not in said
    assert "test_logs.py" in said
    assert said.index("KeyError") < said.index("ValueError")


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_traceback_moves_no_cursor(log_format: str) -> None:
    stream = io.StringIO()
    logs.set_up(log_format, stream=stream)  # type: ignore[arg-type]
    try:
        raise FileNotFoundError(2, "\x1b[2J\r\N{RIGHT-TO-LEFT OVERRIDE}\x9b31m")
    except FileNotFoundError:
        structlog.get_logger().exception("failed", name="\N{RIGHT-TO-LEFT ISOLATE}")
    assert "test_logs.py" in stream.getvalue()
    written = set(stream.getvalue())
    assert not {"\r", "\x1b", "\x9b", "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{RIGHT-TO-LEFT ISOLATE}"} & written


def test_an_error_of_the_system_keeps_its_message() -> None:
    try:
        raise ConnectionRefusedError(111, "Connection refused")
    except OSError as error:
        assert logs.told((type(error), error, error.__traceback__)).endswith("[Errno 111] Connection refused")
