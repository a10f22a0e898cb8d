"""A store with a record of every kind, made as people make them: over HTTP, by workers and by time."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http.cookies import SimpleCookie
from typing import Any

from service.api import session
from service.clock import unix_ms
from service.outgoing.client import OutgoingClient
from service.store.queue import Queue
from tests.api.calls import describe, set_policy
from tests.running import Running
from tests.workers.receiving import Receiver, receiving
from workers.courier import Courier
from workers.janitor import Janitor
from workers.sending import PATIENCE_MS
from workers.statistician import Statistician

THREAD = "thời sự/4711"
YEAR_MS = 366 * 86_400_000
READER = {"name": "Minh Anh", "id": "ban-doc-7", "email": "minhanh@thu.example", "ip": "203.0.113.9"}
STRANGER = {"name": "Bác Ba", "email": "ba@thu.example", "user_agent": "Trinh-duyet/1.0"}
TRUSTED = "ban-doc-9"
GOOD = "Bài viết rất hay, cảm ơn tòa soạn đã nói lên điều này!"
ALIKE = "Con đường trước nhà tôi sáng nào cũng kẹt xe, mong thành phố sớm mở thêm một làn cho xe buýt."
UNMARKED = "bai viet rat hay, cam on toa soan da noi len dieu nay"
HALF_MARKED = "Bài viết rất hay, cảm ơn tòa soạn, toi mong bao tiep tuc theo doi vu nay."


@dataclass
class Life:
    """What has come to be.

    Attributes:
        day: on which it happens, UTC.
        session: the token of a moderator who is signed in on the page.
        comments, hooks: ids.
        repeated: the last submission: `key`, `document`, and the `id` that it was answered.
    """

    service: Running
    day: str = field(default_factory=lambda: datetime.now(UTC).date().isoformat())
    session: str = ""
    repeated: dict[str, Any] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    hooks: list[str] = field(default_factory=list)

    async def sent(self, body: str, **fields: Any) -> Any:
        """A comment that is queued."""
        document = {"thread": THREAD, "body": body, "author": READER} | fields
        key = f"lần-{len(self.comments)}".encode().hex()
        answer = await self.service.website(
            "POST", "/v1/comments", json=document, headers={"Idempotency-Key": key}
        )
        assert answer.status == 202, answer.text
        self.repeated = {"key": key, "document": document, "id": answer.json["id"]}
        self.comments.append(answer.json["id"])
        return answer.json

    async def judged(self, body: str, **fields: Any) -> Any:
        """A comment that has its verdict."""
        comment = await self.sent(body, **fields)
        await self.service.validator.drain()
        return (await self.service.website("GET", f"/v1/comments/{comment['id']}")).json

    async def published(self, body: str, **fields: Any) -> Any:
        return await self.service.decide(await self.judged(body, **fields), "approve", note="được")

    async def does(self, method: str, path: str, document: Any = None) -> Any:
        """What an admin is answered."""
        answer = await self.service.admin(method, path, json=document)
        assert answer.status < 300, answer.text
        return answer.json


async def live(service: Running) -> Life:
    """Do all there is to do, on an empty store.

    Args:
        service: its worker judges when it is told to, its webhooks may lead to this machine.
    """
    life = Life(service)
    for part in (_of_long_ago, _told, _read, _refused, _waiting, _of_authors, _counted, _signed_in, _queued):
        await part(life)
    return life


async def _of_long_ago(life: Life) -> None:
    """What was kept for too long is erased, or has lost its addresses."""
    await life.service.decide(await life.judged(GOOD), "reject", reason="other")
    await life.published("Cảm ơn tòa soạn nhiều lắm, bài viết rất có ích cho người đọc.")
    await Janitor(life.service.store, lambda: unix_ms() + YEAR_MS).drain()


async def _told(life: Life) -> None:
    """Webhooks: messages were taken, were given up, and wait."""
    async with receiving() as receiver:
        await _hooked(life, receiver)
        receiver.answers(503)
        await _hooked(life, receiver, types=["comment.published", "comment.erased"])
        await _courier(life, later_ms=PATIENCE_MS + 1).drain()
        await life.published("Bài này phải đọc hai lần mới thấm hết.", author=STRANGER)
        await _courier(life).drain()
    await life.does("POST", f"/v1/sites/bao/webhooks/{life.hooks[0]}/rotate")


async def _hooked(life: Life, receiver: Receiver, **fields: Any) -> None:
    """One more webhook, and something for all of them to be told."""
    hook = await life.does("POST", "/v1/sites/bao/webhooks", {"url": receiver.url} | fields)
    life.hooks.append(hook["id"])
    await life.published(f"Đọc xong bài này tôi cũng nghĩ như vậy, lần thứ {len(life.hooks)} rồi.")
    await _courier(life).drain()


def _courier(life: Life, later_ms: int = 0) -> Courier:
    client = partial(OutgoingClient, allow_private=True)
    return Courier(life.service.store, client, lambda: unix_ms() + later_ms)


async def _read(life: Life) -> None:
    """A thread: edited, answered by the newsroom, with a tombstone above a reply; and a closed one."""
    decide = life.service.decide
    await describe(
        life.service,
        THREAD,
        title="Kẹt xe",
        url="https://bao.example.vn/4711",
        policy={"links": {"allowed": 0}},
    )
    await describe(life.service, "thời sự/đóng", open=False)
    above = await life.published(ALIKE)
    below = await life.judged("Bác nói đúng, chỗ tôi cũng y như vậy.", parent_id=above["id"], author=STRANGER)
    below = await decide(below, "approve", body="Bác nói đúng, chỗ tôi cũng vậy.")
    await decide(above, "reject", reason="personal_information", message="Có số nhà.", note="gỡ")
    await decide(below, "edit", body="Bác nói đúng.")
    asked = await life.published("Bao giờ thì làm xong đoạn đường này vậy tòa soạn?")
    await life.does("POST", f"/v1/comments/{asked['id']}/reply?site=bao", {"body": "Cuối năm nay, thưa bác."})


async def _refused(life: Life) -> None:
    """Rejected by a check, by a moderator; reopened; a decision taken back; revised; erased."""
    decide = life.service.decide
    await life.judged(UNMARKED, author=STRANGER)
    revised = await life.judged("bai nay viet hay qua, doc xong thay tham lam")
    await life.service.website("POST", f"/v1/comments/{revised['id']}/revise", json={"body": GOOD[:-1]})
    await decide(await decide(await life.judged("Tôi không tin."), "reject", reason="other"), "reopen")
    hasty = await life.published("Thôi đừng nói nữa.")
    await life.service.moderator("POST", f"/v1/comments/{hasty['id']}/undo", json={})
    erased = await life.published("Tôi tên thật là như thế này đây.")
    await life.service.website("DELETE", f"/v1/comments/{erased['id']}")


async def _waiting(life: Life) -> None:
    """Pending: with a suggestion, with findings, alike across threads; one of them claimed."""
    await set_policy(
        life.service, words={"banned": ["củ chuối"], "suspect": ["trời đánh"]}, links={"allowed": 1}
    )
    await life.judged(HALF_MARKED)
    await life.judged(
        "GỌI NGAY 0912 345 678 để vay vốn lãi suất thấp, xem https://vay.example", author=STRANGER
    )
    await life.judged("Đồ trời đánh thánh vật, ai cho xây thế này.")
    await life.judged(ALIKE, thread="thời sự/khác", author=STRANGER)
    await life.service.moderator("POST", "/v1/queue/claim", json={"limit": 1, "lease_seconds": 3_600})


async def _of_authors(life: Life) -> None:
    """Trusted for good, banned for a time with a note, and one who was erased with a standing."""
    for author, standing in (
        (TRUSTED, {"standing": "trusted"}),
        (READER["id"], {"standing": "banned", "until": "2099-01-01T00:00:00.000Z", "note": "ba lần rồi"}),
        ("nguoi-da-xoa", {"standing": "banned"}),
    ):
        await life.does("PUT", f"/v1/authors/{author}/standing?site=bao", standing)
    await life.does("DELETE", "/v1/authors/nguoi-da-xoa?site=bao")


async def _counted(life: Life) -> None:
    await Statistician(life.service.store).drain()


async def _signed_in(life: Life) -> None:
    http = life.service.nobody.http
    own = {"Origin": str(http.make_url("")).rstrip("/")}
    answer = await life.service.nobody(
        "POST", "/moderate/session", json={"key": life.service.moderator.key}, headers=own
    )
    life.session = SimpleCookie(answer.headers["Set-Cookie"])[session.COOKIE].value
    http.session.cookie_jar.clear()


async def _queued(life: Life) -> None:
    """Two that wait for a verdict: one in the hands of a worker that is gone."""
    store = life.service.store
    await life.sent("Chờ xem kết quả thế nào đã.", thread="thời sự/chờ")
    gone = Queue(store.url, store.partitions, "a-worker-that-is-gone")
    await gone.read(list(store.partitions), 10, block=False)
    await gone.close()
    await life.sent("Tôi cũng chờ xem.", thread="thời sự/chờ nữa")
