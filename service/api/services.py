"""What every call may use, made once for a process."""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from service.api.answers import Answers
from service.api.nodes import Nodes
from service.api.page_cache import Pages
from service.clock import unix_ms
from service.settings import Settings
from service.store.directory import KeyRecord, Role, Snapshot, digest_of
from service.store.store import Store


@dataclass(frozen=True, slots=True)
class Services:
    """Store, settings, and what tells of verdicts; time and chance are handed in."""

    store: Store
    settings: Settings
    answers: Answers
    now_ms: Callable[[], int] = unix_ms
    chance: Callable[[int], int] = secrets.randbits
    pages: Pages = field(default_factory=Pages)
    nodes: Nodes = field(default_factory=Nodes)

    def key_of(self, key: str, snapshot: Snapshot) -> KeyRecord | None:
        """What is known of a key, or None; the bootstrap admin's comes from the settings."""
        digest = digest_of(key)
        bootstrap = self.settings.admin_key
        if bootstrap is not None and hmac.compare_digest(
            digest, hashlib.sha256(bootstrap.get_secret_value().encode()).hexdigest()
        ):
            return KeyRecord("bootstrap", Role.ADMIN, "admin", None, 0, digest)
        return snapshot.keys.get(digest)


SERVICES = web.AppKey("services", Services)
