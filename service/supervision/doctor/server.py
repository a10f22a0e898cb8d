"""Whether the server, or each of a cluster's, keeps what it is given."""

from collections.abc import Iterator

from service.store.memory import FULL_FROM
from service.supervision.doctor.facts import Facts, Level, Seen, Server

OLDEST = {"valkey": (7, 2), "redis": (7, 0)}
"""The first release of each server that has all that we use."""

CONFIRMS = (7, 2)
"""From here on both tell what replicas have on disk."""

CLOCK_MS = 2_000
"""How far clocks may differ: queue ages and retries are told by one and kept by the other."""


def reachable(facts: Facts) -> Iterator[Seen]:
    """Whether the store answers."""
    if facts.trouble:
        yield Seen("error", f"The store cannot be used: {facts.trouble}", "start it, or mend CODAU_REDIS_URL")


def version(facts: Facts) -> Iterator[Seen]:
    """Whether it has all that we use."""
    for server in facts.servers:
        name, found = _name(server), _release(server)
        if not found:
            yield Seen(
                "warning",
                f"{_the(server)} does not tell its version.",
                "use Valkey 7.2 or Redis 7.0 at least",
            )
            continue
        told = f"{_the(server)} is {name.capitalize()} {found[0]}.{found[1]}."
        if found < OLDEST[name]:
            wanted = ".".join(map(str, OLDEST[name]))
            yield Seen("error", told, f"upgrade it to {wanted} or newer")
        else:
            yield Seen("ok", told)


def _name(server: Server) -> str:
    return "valkey" if "valkey_version" in server.info else "redis"


def _release(server: Server) -> tuple[int, ...]:
    """Major and minor number; () where it does not tell."""
    numbers = str(server.info.get(f"{_name(server)}_version", "")).split(".")[:2]
    known = len(numbers) == 2 and all(number.isdigit() for number in numbers)
    return tuple(map(int, numbers)) if known else ()


def role(facts: Facts) -> Iterator[Seen]:
    """Whether it takes writes; of a cluster, copies are what they should be."""
    for server in facts.servers:
        if server.info.get("role") == "slave" and not server.name:
            yield Seen(
                "error",
                f"{_the(server)} is a copy of another and takes nothing.",
                "name the primary in CODAU_REDIS_URL",
            )


def copied(facts: Facts) -> Iterator[Seen]:
    """Whether each primary has the replicas that are to confirm what is acknowledged, and can ask them."""
    wanted = facts.settings.replicas
    for server in facts.servers if wanted else ():
        if server.info.get("role") != "master":
            continue
        found = int(server.info.get("connected_slaves", 0))
        told = f"{_the(server)} has {found} replica{'' if found == 1 else 's'}, and CODAU_REPLICAS={wanted}"
        if _release(server) < CONFIRMS:
            yield Seen(
                "error", f"{_the(server)} cannot ask replicas.", "upgrade it to 7.2, or unset CODAU_REPLICAS"
            )
        elif found < wanted:
            yield Seen(
                "error", f"{told}: it takes no comments.", "start its replicas, or lower CODAU_REPLICAS"
            )
        elif found > wanted:
            yield Seen(
                "warning",
                f"{told}: one that lacks what was acknowledged may take over.",
                f"set CODAU_REPLICAS={found}, unless all but {wanted} may never take over",
            )
        else:
            yield Seen("ok", f"{told}.")


def keeps_all(facts: Facts) -> Iterator[Seen]:
    """Whether it would throw keys away when memory is short."""
    for server in facts.servers:
        yield _option(server, "maxmemory-policy", "noeviction", "the server drops comments", "error")


def append_only(facts: Facts) -> Iterator[Seen]:
    """Whether it keeps a file at all."""
    for server in facts.servers:
        yield _option(server, "appendonly", "yes", "comments are lost when the server restarts", "error")


def written_through(facts: Facts) -> Iterator[Seen]:
    """Whether what was answered is on the disk, as CODAU_FSYNC asks."""
    for server in facts.servers:
        if server.options.get("appendfsync") == "no":
            yield _option(server, "appendfsync", "always", "half a minute of comments may be lost", "error")
        elif facts.settings.fsync == "always":
            yield _option(
                server, "appendfsync", "always", "up to a second of comments may be lost", "warning"
            )
        if server.options.get("no-appendfsync-on-rewrite") == "yes":
            harm = "nothing is written through while the file is rewritten"
            yield _option(server, "no-appendfsync-on-rewrite", "no", harm, "warning")


def last_write(facts: Facts) -> Iterator[Seen]:
    """Whether the file could be written, and rewritten, the last time."""
    for server in facts.servers:
        if server.info.get("aof_last_write_status", "ok") != "ok":
            yield Seen(
                "error",
                f"{_the(server)} could not write its append-only file.",
                "look at its disk and its log; it takes nothing until it can",
            )
        if server.info.get("aof_last_bgrewrite_status", "ok") != "ok":
            yield Seen(
                "warning",
                f"{_the(server)} could not rewrite its append-only file: it only grows.",
                "look at its disk, its memory and its log, then BGREWRITEAOF",
            )


def memory(facts: Facts) -> Iterator[Seen]:
    """Whether it will soon hold all that it may."""
    for server in facts.servers:
        used, most = int(server.info.get("used_memory", 0)), int(server.info.get("maxmemory", 0))
        limit, name = (most, "maxmemory") if most else (_machine(server), "the machine's memory")
        if not limit:
            continue
        told = f"{_the(server)} holds {used / 2**20:,.0f} MiB, {used / limit:.0%} of {name}"
        if used < FULL_FROM * limit:
            yield Seen("ok", f"{told}.")
        else:
            level: Level = "error" if used >= limit else "warning"
            advice = f"give it more memory, and raise {name}" if most else "give the machine more memory"
            ends = f"from {FULL_FROM:.0%}" if most else "at 100%"
            yield Seen(level, f"{told}; {ends} on it takes no comments.", advice)


def _machine(server: Server) -> int:
    return int(server.info.get("total_system_memory", 0))


def clock(facts: Facts) -> Iterator[Seen]:
    """Whether its clock goes as ours."""
    for server in facts.servers:
        if abs(server.ahead_ms) > CLOCK_MS:
            apart = (
                f"{abs(server.ahead_ms) / 1000:.1f} s {'before' if server.ahead_ms > 0 else 'behind'} ours"
            )
            yield Seen(
                "warning",
                f"The clock of {_the(server, begins=False)} is {apart}.",
                "let NTP set the clocks of all machines",
            )


def _option(server: Server, name: str, wanted: str, harm: str, level: Level) -> Seen:
    value = server.options.get(name)
    if value is None:
        return Seen("warning", f"{_the(server)} does not tell its {name}.", f"make sure that it is {wanted}")
    told = f"{name} of {_the(server, begins=False)} is {value}" if server.name else f"{name} is {value}"
    if value == wanted:
        return Seen("ok", f"{told}.")
    return Seen(level, f"{told}: {harm}.", f"CONFIG SET {name} {wanted}, and in the server's file too")


def _the(server: Server, *, begins: bool = True) -> str:
    if server.name:
        return f"{'Server' if begins else 'server'} {server.name}"
    return "The server" if begins else "the server"
