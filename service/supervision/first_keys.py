"""The keys of the first start: an admin's, and those of a site to try things on, kept in `keys.json`.

Everything else about sites and keys is `service.store.directory`.
"""

import contextlib
import os
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import orjson

from service.store.directory import Directory, Role, Snapshot, digest_of

DEMO = "demo"
"""The id of the site to try things on."""

DEMO_NAME = "Báo Bến Sông"
"""Its name, in which its newsroom answers: that of the newspaper of `codau up --demo`."""


@dataclass(frozen=True, slots=True)
class FirstKeys:
    """What `keys.json` holds, under the same names."""

    admin_key: str
    website_key: str
    moderator_key: str
    site: str = DEMO


def path_in(data_dir: Path) -> Path:
    return data_dir / "keys.json"


def read(data_dir: Path) -> FirstKeys | None:
    """The keys of the first start, as far as they were kept."""
    with contextlib.suppress(FileNotFoundError, orjson.JSONDecodeError, KeyError, TypeError):
        kept = orjson.loads(path_in(data_dir).read_bytes())
        return FirstKeys(**{field.name: kept[field.name] for field in fields(FirstKeys)})
    return None


async def make_at_first_start(directory: Directory, data_dir: Path, *, now_ms: int) -> FirstKeys | None:
    """Make site and keys at the first start on a store; None at a later one.

    The admin key is made last: a start that was killed in the middle is made good by the next one.
    """
    found = await directory.current()
    if not _is_first(found, path_in(data_dir).exists()):
        return None
    await directory.put_site(DEMO, DEMO_NAME, now_ms=now_ms)
    website = await _key(directory, Role.WEBSITE, now_ms)
    moderator = await _key(directory, Role.MODERATOR, now_ms)
    _, admin = await directory.create_key(role=Role.ADMIN, name="first", site=None, now_ms=now_ms)
    made = FirstKeys(admin, website, moderator)
    keep(data_dir, made)
    return made


async def for_newspaper(directory: Directory, data_dir: Path, *, now_ms: int) -> tuple[str, str]:
    """A website's and a moderator's key of the demo site: those that were kept, or new ones."""
    kept = read(data_dir)
    known = (await directory.current()).keys
    if kept and {digest_of(kept.website_key), digest_of(kept.moderator_key)} <= known.keys():
        return kept.website_key, kept.moderator_key
    await directory.put_site(DEMO, DEMO_NAME, now_ms=now_ms)
    return await _key(directory, Role.WEBSITE, now_ms), await _key(directory, Role.MODERATOR, now_ms)


def _is_first(found: Snapshot, were_kept: bool) -> bool:
    """Whether nobody has had an admin key yet: keys that were kept and then revoked are not made again."""
    if were_kept and found.epoch > 0:
        return False
    return all(key.role is not Role.ADMIN for key in found.keys.values())


async def _key(directory: Directory, role: Role, now_ms: int) -> str:
    _, key = await directory.create_key(role=role, name=f"{DEMO} {role}", site=DEMO, now_ms=now_ms)
    return key


def keep(data_dir: Path, made: FirstKeys) -> None:
    """Write the file whole or not at all, never readable by others."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    partial = path_in(data_dir).with_suffix(".partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(orjson.dumps(asdict(made), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
        file.flush()
        os.fsync(descriptor)
    partial.rename(path_in(data_dir))
