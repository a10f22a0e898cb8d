"""Where a reader's own comment stands, in words for that reader."""

from __future__ import annotations

from dataclasses import dataclass

from examples.newspaper.client import Json

MARKS = frozenset({"missing_diacritics", "raw_keystrokes"})
"""Reasons that the right marks put out of the way."""

REASONS = {
    "spam": "quảng cáo, mời chào",
    "offensive": "lời lẽ xúc phạm",
    "off_topic": "không liên quan đến bài viết",
    "personal_information": "có thông tin cá nhân",
    "misinformation": "thông tin chưa được kiểm chứng",
    "duplicate": "trùng nội dung đã gửi",
    "missing_diacritics": "không gõ dấu",
}
"""A moderator's reasons; «other» says nothing that the message does not."""


@dataclass(frozen=True)
class Status:
    """What a reader is shown of a comment.

    Attributes:
        label: where it stands, in a few words.
        text: what follows from that.
        may_revise: whether the text is still its reader's to change.
        proposal: the text that a revision begins with.
    """

    label: str
    text: str | None = None
    may_revise: bool = False
    proposal: str = ""


def status_of(comment: Json) -> Status:
    """Say where a comment stands; one that was erased stands nowhere."""
    proposal = comment["suggestion"] or comment["body"]
    if comment["state"] == "published":
        return Status("Đã đăng")
    if comment["state"] != "rejected":
        text = "Tòa soạn đọc mọi ý kiến trước khi đăng."
        return Status("Đang chờ biên tập", text, not comment["edited"], proposal)
    if not is_refused_by_a_check(comment):
        return Status("Không được đăng", with_reason(comment))
    label = "Cần gõ có dấu" if comment["reason"] in MARKS else "Không được đăng"
    return Status(label, comment["message"], True, proposal)


def is_refused_by_a_check(comment: Json) -> bool:
    """Whether a check, no person, refused it: then its reader may mend it."""
    refusing = {finding["code"] for finding in comment["findings"] if finding["action"] == "reject"}
    return comment["reason"] in refusing


def with_reason(comment: Json) -> str:
    """Say why a moderator refused it: the reason, and the message, which may be the moderator's own."""
    reason, message = REASONS.get(comment["reason"]), comment["message"] or ""
    return f"Lý do: {reason}. {message}" if reason else message
