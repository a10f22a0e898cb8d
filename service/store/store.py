"""All that is kept in Redis, behind one object that a process makes at its start."""

from service.store import connection
from service.store.authors import AuthorStore
from service.store.claims import ClaimStore
from service.store.comments import CommentStore
from service.store.deliveries import DeliveryStore
from service.store.directory import Directory
from service.store.erasure import ErasureStore
from service.store.events import EventStore
from service.store.health import HealthStore
from service.store.intake import IntakeStore
from service.store.likeness import LikenessStore
from service.store.limits import LimitStore
from service.store.lists import ListStore
from service.store.memory import MemoryStore
from service.store.partitions import Partitions
from service.store.retention import RetentionStore
from service.store.rewriting import RewriteStore
from service.store.sessions import SessionStore
from service.store.statistics import StatisticsStore
from service.store.threads import ThreadStore
from service.store.waiting import WaitingStore
from service.store.webhooks import WebhookStore


class Store:
    """Opened before use, closed after it."""

    def __init__(self, url: str, partitions: int, replicas: int = 0) -> None:
        self.url = url
        self.commands = connection.commands(url, replicas)
        self.partitions = Partitions(partitions)
        self.comments = CommentStore(self.commands, self.partitions)
        self.threads = ThreadStore(self.commands, self.partitions)
        self.lists = ListStore(self.commands, self.partitions)
        self.claims = ClaimStore(self.commands, self.partitions, self.lists)
        self.authors = AuthorStore(self.commands, self.lists)
        self.likeness = LikenessStore(self.commands)
        self.rewrites = RewriteStore(url, self.commands, self.partitions)
        self.erasure = ErasureStore(self.comments, self.likeness, self.authors, self.rewrites)
        self.retention = RetentionStore(self.commands, self.partitions, self.comments)
        self.limits = LimitStore(self.commands)
        self.events = EventStore(self.commands, self.partitions)
        self.statistics = StatisticsStore(self.commands, self.partitions)
        self.webhooks = WebhookStore(self.commands, self.partitions)
        self.deliveries = DeliveryStore(self.commands)
        self.health = HealthStore(self.commands, self.partitions)
        self.directory = Directory(self.commands)
        self.memory = MemoryStore(self.commands, self.partitions)
        self.intake = IntakeStore(
            *(self.commands, self.partitions, self.comments, self.limits),
            directory=self.directory,
            memory=self.memory,
        )
        self.sessions = SessionStore(self.commands)
        self.waiting = WaitingStore(
            self.commands, self.partitions, self.health, self.statistics, self.webhooks
        )

    async def open(self) -> None:
        """Compare the data with this installation.

        Raises:
            Mismatch: they do not fit.
            Unavailable: the store cannot be reached.
        """
        await self.partitions.check(self.commands)

    async def close(self) -> None:
        await self.commands.close()
