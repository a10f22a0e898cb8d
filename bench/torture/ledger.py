"""What clients sent and what they were answered: the judge's own log, which knows nothing of the system.

A line goes into its file before a request is sent and after it is answered, so that the file tells, whatever
happens to this process, what may have been done and what was promised. Bodies are kept in the file; memory
has their digests, since a scenario may send a million.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from pathlib import Path
from types import TracebackType
from typing import Self


class Fate(StrEnum):
    """What is known of a request."""

    OPEN = "open"  # it may have been carried out, or not
    DONE = "done"  # it was acknowledged
    REFUSED = "refused"  # it was answered that nothing was done


@dataclass(slots=True)
class Submission:
    """One comment that was sent, however often.

    Attributes:
        text: digest of its body.
        id: what it was acknowledged with, or None.
    """

    thread: str
    text: bytes
    id: str | None = None


@dataclass(slots=True)
class Decision:
    """One decision that was sent, however often; it goes by its note, which no other has.

    Attributes:
        action: as the address names it.
        text: digest of the body it was sent with, or None.
    """

    comment_id: str
    action: str
    text: bytes | None = None
    fate: Fate = Fate.OPEN


def digest(text: str) -> bytes:
    return blake2b(text.encode(), digest_size=12).digest()


class Ledger:
    """Submissions by their Idempotency-Keys, decisions by their notes, and answers that should not be.

    Attributes:
        acknowledged: how many comments were.
        answers: how many of each kind came, those that never came among them.
        wrong: what was complained of, in sentences.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8")
        self.acknowledged = 0
        self.submissions: dict[str, Submission] = {}
        self.decisions: dict[str, Decision] = {}
        self.answers: Counter[str] = Counter()
        self.wrong: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._file.close()

    def submitting(self, key: str, document: Mapping[str, object]) -> None:
        """Before a comment is sent, the first time or again."""
        if key not in self.submissions:
            text = digest(str(document["body"]))
            self.submissions[key] = Submission(str(document["thread"]), text)
            self._write(submitting=key, document=document)

    def submitted(self, key: str, comment_id: str, state: str) -> None:
        """It was acknowledged."""
        self._write(submitted=key, id=comment_id, state=state)
        sent = self.submissions[key]
        self.acknowledged += sent.id is None
        if sent.id not in (None, comment_id):
            self.wrong.append(f"{key} was acknowledged as {sent.id}, then as {comment_id}")
        sent.id = comment_id

    def deciding(self, note: str, comment_id: str, action: str, body: str | None = None) -> None:
        """Before a decision is sent, the first time or again."""
        if note not in self.decisions:
            text = None if body is None else digest(body)
            self.decisions[note] = Decision(comment_id, action, text)
            self._write(deciding=note, id=comment_id, action=action, body=body)

    def decided(self, note: str, fate: Fate) -> None:
        """It was acknowledged, or refused for good."""
        self._write(decided=note, fate=fate)
        self.decisions[note].fate = fate

    def answered(self, what: str) -> None:
        """Count an answer, or that there was none."""
        self.answers[what] += 1

    def complain(self, sentence: str) -> None:
        """Note an answer that should not be."""
        self._write(wrong=sentence)
        self.wrong.append(sentence)

    def fates(self) -> Counter[Fate]:
        """How many decisions came to what."""
        return Counter(decision.fate for decision in self.decisions.values())

    def told(self) -> str:
        """How many answers of each kind came."""
        return ", ".join(f"{what} {count:,}" for what, count in self.answers.most_common())

    def _write(self, **line: object) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()
