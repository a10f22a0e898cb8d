"""What its supervisor asks the embedded server: one line of the inline protocol at a time.

A server that says nothing for a while is one that does not answer. All that is asked of the data goes through
`service.store`.
"""

import contextlib
import socket
from collections.abc import Iterator
from pathlib import Path

ANSWER_S = 2.0
"""How long one question may take before the server counts as not answering."""


@contextlib.contextmanager
def connected(place: Path) -> Iterator[socket.socket]:
    """A connection to the server's socket.

    Raises:
        OSError: nobody listens there.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWER_S)
        connection.connect(str(place))
        yield connection


def ask(connection: socket.socket, command: str) -> str:
    """The first line of the answer.

    Raises:
        OSError: there is none.
    """
    connection.sendall(f"{command}\r\n".encode("ascii"))
    answer = connection.recv(1024)
    if not answer:
        raise ConnectionResetError("the server closed the connection")
    return answer.decode(errors="replace").splitlines()[0]


def ping(place: Path) -> str:
    """What the server answers, `+PONG` where it is ready; or why it does not."""
    try:
        with connected(place) as connection:
            return ask(connection, "PING")
    except OSError as error:
        return str(error)
