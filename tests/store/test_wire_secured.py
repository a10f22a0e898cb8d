"""`rediss://` with its `ssl_…` options: the hot path trusts whom they name, and nobody else."""

import asyncio
import contextlib
import shutil
import ssl
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.errors import Unavailable
from service.store.wire import Wire

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificate")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for `localhost` that no authority vouches for; its key is beside it."""
    place = tmp_path_factory.mktemp("tls") / "server.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"),
            *("-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(place.with_suffix(".key")), "-out", str(place)),
        ],
        check=True,
        capture_output=True,
    )
    return place


@pytest.fixture
async def port(certificate: Path) -> AsyncIterator[int]:
    """A server behind TLS that answers whatever it is asked."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while await reader.read(65_536):
                writer.write(b"+PONG\r\n")
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    secure = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    secure.load_cert_chain(certificate, certificate.with_suffix(".key"))
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=secure)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


async def ask(url: str) -> object:
    wire = Wire(url)
    try:
        return await wire.run("PING")
    finally:
        await wire.close()
        await asyncio.sleep(0)  # the server's end is told


async def test_an_authority_of_ones_own_is_trusted(port: int, certificate: Path) -> None:
    assert await ask(f"rediss://localhost:{port}?ssl_ca_certs={certificate}") == b"PONG"


async def test_without_it_the_server_is_not_trusted(port: int) -> None:
    with pytest.raises(Unavailable):
        await ask(f"rediss://localhost:{port}")


async def test_a_certificate_for_another_name_is_refused_unless_names_do_not_matter(
    port: int, certificate: Path
) -> None:
    with pytest.raises(Unavailable):
        await ask(f"rediss://127.0.0.1:{port}?ssl_ca_certs={certificate}")
    url = f"rediss://127.0.0.1:{port}?ssl_ca_certs={certificate}&ssl_check_hostname=false"
    assert await ask(url) == b"PONG"
