"""Read the corpora as streams of token numbers, once; later passes count on the numbers alone.

A line that is not ordinary marked Vietnamese (no marks at all, or another language) is left out: it would
teach that words need no marks. So is a line that was seen before, and any line that stands in a dev set.
"""

import array
import lzma
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from service.judging.vietnamese.syllables import fold, has_marks, legal_stripped, strip
from service.judging.vietnamese.words import COMMA, TOKEN

NEWS = frozenset({"vietnews_train", "toshi_news", "ud_vtb", "underthesea_col"})
BREAK, NUMBER, FIRST_WORD = 0, 1, 2
"""Token numbers: an end of sentence, anything with a digit, and the first of the words."""

_MIN_MARKED_SHARE = 0.3


class MissingData(Exception):
    """The corpora are not where the command was told they are."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"no corpora in {folder}: give the folder that holds corpus/*.txt.xz with --data")


@dataclass(frozen=True, slots=True)
class Streams:
    """What was read.

    Attributes:
        words: the word of each token number, folded; the first two stand for BREAK and NUMBER.
        tokens: source name → token numbers, uint32, a BREAK at each line's end.
    """

    words: list[str]
    tokens: dict[str, npt.NDArray[np.uint32]]


def is_news(source: str) -> bool:
    """Whether a source holds edited news; the others hold what people type."""
    return source in NEWS


def read_lines(path: Path) -> Iterator[str]:
    """The texts of one corpus, in NFC."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield unicodedata.normalize("NFC", line.replace("\ufeff", "").rstrip("\n"))


def sources(data: Path) -> list[Path]:
    """The corpora's files, in a fixed order.

    Raises:
        MissingData: there are none.
    """
    found = sorted((data / "corpus").glob("*.txt.xz"))
    if not found:
        raise MissingData(data)
    return found


def dev_texts(data: Path) -> set[str]:
    """Every proper text of the dev sets, as `_key` writes it: these must not be counted."""
    texts: set[str] = set()
    for name, column in (("diacritics.dev.tsv", 3), ("restore.dev.tsv", 2)):
        for line in (data / name).read_text(encoding="utf-8").splitlines():
            texts.add(_key(line.split("\t")[column]))
    return texts


def _key(text: str) -> str:
    return " ".join(TOKEN.findall(strip(text).lower()))


def read(data: Path) -> Streams:
    """Read all corpora under `data`."""
    paths = sources(data)
    held_back = dev_texts(data)
    numbers: dict[str, int] = {"\n": BREAK, "0": NUMBER}
    tokens = {path.name.split(".")[0]: _read_one(path, held_back, numbers) for path in paths}
    return _folded(list(numbers), tokens)


def _read_one(path: Path, held_back: set[str], numbers: dict[str, int]) -> npt.NDArray[np.uint32]:
    stream = array.array("I")
    seen: set[int] = set()
    for line in read_lines(path):
        found = TOKEN.findall(line.lower())
        digest = hash(" ".join(found))
        if digest in seen or not _is_marked(found) or _key(line) in held_back:
            continue
        seen.add(digest)
        for token in found:
            if token.isalpha() or token == COMMA:
                stream.append(numbers.setdefault(token, len(numbers)))
            else:
                stream.append(NUMBER if any(map(str.isdigit, token)) else BREAK)
        stream.append(BREAK)
    return np.frombuffer(stream, dtype=np.uint32)


def _is_marked(found: list[str]) -> bool:
    words = [word for word in found if word.isalpha()]
    syllables = [word for word in words if strip(word) in legal_stripped()]
    marked = sum(map(has_marks, syllables))
    return len(syllables) * 2 > len(words) and (marked >= _MIN_MARKED_SHARE * len(syllables))


def _folded(raw: list[str], tokens: dict[str, npt.NDArray[np.uint32]]) -> Streams:
    """Give spellings of one syllable one number, the commonest words the lowest."""
    folded = [fold(word) for word in raw]
    unique = {word: at for at, word in enumerate(dict.fromkeys(folded))}
    to_unique = np.array([unique[word] for word in folded], dtype=np.uint32)
    counts = np.zeros(len(unique), dtype=np.int64)
    for stream in tokens.values():
        counts += np.bincount(to_unique[stream], minlength=len(unique))
    order = np.argsort(-counts[FIRST_WORD:], kind="stable") + FIRST_WORD
    rank = np.empty(len(unique), dtype=np.uint32)
    rank[:FIRST_WORD] = np.arange(FIRST_WORD)
    rank[order] = np.arange(FIRST_WORD, len(unique))
    names = list(unique)
    words = names[:FIRST_WORD] + [names[at] for at in order]
    return Streams(words, {source: rank[to_unique[stream]] for source, stream in tokens.items()})


def save(streams: Streams, path: Path) -> None:
    """Keep the streams for later passes; the file is scratch, never shipped."""
    named = {f"tokens_{source}": stream for source, stream in streams.tokens.items()}
    words = np.frombuffer("\n".join(streams.words[FIRST_WORD:]).encode(), dtype=np.uint8)
    np.savez(path, allow_pickle=False, words=words, **named)


def load(path: Path) -> Streams:
    """Read back what `save` wrote."""
    with np.load(path) as kept:
        words = ["\n", "0", *bytes(kept["words"]).decode().split("\n")]
        tokens = {name.removeprefix("tokens_"): kept[name] for name in kept.files if name != "words"}
    return Streams(words, tokens)
