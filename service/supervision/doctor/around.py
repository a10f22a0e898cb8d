"""What stands around the store: settings, files, the disk."""

import ipaddress
from collections.abc import Iterator

from service.supervision.doctor.facts import Facts, Seen

SCARCE = 0.1
"""Share of a disk: with less free it is told."""

TOO_LITTLE_BYTES = 256 * 2**20
"""With less free than that a busy hour, or one rewrite, fills the disk, and nothing is taken in any more."""

FEWEST_CHARACTERS = 10
"""Different ones in a key: 32 random hexadecimal digits have fewer once in some 40,000 times."""


def misspelt(facts: Facts) -> Iterator[Seen]:
    """Variables that are no settings."""
    for name, meant in facts.misspelt:
        yield Seen("warning", f"{name} is no setting.", f"did you mean {meant}?")


def privacy(facts: Facts) -> Iterator[Seen]:
    """Whether anybody else may read what holds comments and keys."""
    for held in facts.held:
        if held.mode & 0o077:
            yield Seen("error", f"Others may read {held.path}.", f"chmod go= {held.path}")
        elif held.owner != facts.user:
            yield Seen("warning", f"{held.path} belongs to another user.", "run codau as its owner")
        else:
            yield Seen("ok", f"{held.path} is private.")


def disk(facts: Facts) -> Iterator[Seen]:
    """Whether there is room for the append-only file, and for a second one while it is rewritten."""
    found = facts.disk
    if found is None:
        return
    advice = f"make room beside {found.path}, or move CODAU_DATA_DIR to a larger disk"
    told = f"{found.free / 2**20:,.0f} MiB are free where the data are ({found.free / found.size:.0%})"
    if found.free < TOO_LITTLE_BYTES:
        yield Seen("error", f"{told}: the disk is nearly full.", advice)
    elif found.free < found.file:
        yield Seen(
            "warning", f"{told}, fewer than a rewrite of the append-only file may take as much again.", advice
        )
    elif found.free < SCARCE * found.size:
        yield Seen("warning", f"{told}.", advice)
    else:
        yield Seen("ok", f"{told}.")


def admin_key(facts: Facts) -> Iterator[Seen]:
    """Whether a bootstrap key can be guessed."""
    secret = facts.settings.admin_key
    if secret is not None and not _looks_random(secret.get_secret_value()):
        yield Seen(
            "warning",
            "CODAU_ADMIN_KEY looks as if it could be guessed.",
            "take one made by chance: openssl rand -hex 32",
        )


def _looks_random(key: str) -> bool:
    """Whether a key is neither words nor a pattern.

    >>> _looks_random("5f2a9c0d1e3b4a675f0c9d8e7b6a1423")
    True
    >>> _looks_random("abcd" * 10), _looks_random("this-is-the-admin-key-of-our-newspaper")
    (False, False)
    """
    repeats = key in (key + key)[1:-1]
    words = not any(map(str.isdigit, key)) and (key.islower() or key.isupper())
    return len(set(key)) >= FEWEST_CHARACTERS and not repeats and not words


def listens(facts: Facts) -> Iterator[Seen]:
    """Whether keys travel in the clear beyond this machine."""
    if not is_loopback(facts.settings.host):
        yield Seen(
            "warning",
            f"The API listens on {facts.settings.host} and speaks plain HTTP: keys can be read on the way.",
            "let only a proxy with TLS, or your own servers, reach the port",
        )


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def calls_inside(facts: Facts) -> Iterator[Seen]:
    """Whether webhooks may reach what is not public."""
    if facts.settings.webhook_allow_private:
        yield Seen(
            "warning",
            "Webhooks may call addresses that are not public, your own machines among them.",
            "unset CODAU_WEBHOOK_ALLOW_PRIVATE, unless this is a closed network or a test",
        )
