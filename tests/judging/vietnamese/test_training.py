"""Making the tables, on a corpus of a few made-up lines."""

import lzma
from pathlib import Path

import numpy as np
import pytest

from bench.train import __main__ as train
from bench.train import corpus, evaluate, neighbours, restorer

_PROPER = "Hôm nay trời đẹp, tôi đi chơi với bạn."
_HELD = "Câu này đứng trong tập kiểm tra, đừng đếm."
_UNMARKED = "hom nay troi dep toi di choi voi ban"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder: one corpus with a repeated, a held-out and an unmarked line, and the dev sets."""
    (tmp_path / "corpus").mkdir()
    lines = [
        _PROPER,
        _PROPER,
        _HELD,
        _UNMARKED,
        *(f"Hôm nay tôi đi làm, {word} nhé." for word in ["ai", "anh", "em"]),
    ]
    with lzma.open(tmp_path / "corpus/made_up.txt.xz", "wt", encoding="utf-8") as file:
        file.write("\n".join(lines))
    (tmp_path / "diacritics.dev.tsv").write_text(f"1\tpos\t9\t{_HELD}\n", encoding="utf-8")
    (tmp_path / "restore.dev.tsv").write_text("", encoding="utf-8")
    return tmp_path


def _counts(streams: corpus.Streams) -> dict[str, int]:
    counts = np.bincount(streams.tokens["made_up"], minlength=len(streams.words))
    return dict(zip(streams.words, counts.tolist(), strict=True))


def test_repeated_held_out_and_unmarked_lines_are_not_counted(data: Path) -> None:
    counts = _counts(corpus.read(data))
    assert counts["trời"] == 1
    assert "tập" not in counts
    assert "troi" not in counts
    assert counts["nay"] == 4


def test_streams_that_were_kept_are_the_same_when_read_back(data: Path, tmp_path: Path) -> None:
    streams = corpus.read(data)
    corpus.save(streams, tmp_path / "kept.npz")
    again = corpus.load(tmp_path / "kept.npz")
    assert again.words == streams.words
    assert np.array_equal(again.tokens["made_up"], streams.tokens["made_up"])


def _made(sentences: dict[str, int]) -> restorer.Tables:
    """The restorer's tables from sentences seen so many times each."""
    words = ["\n", "0", *dict.fromkeys(word for sentence in sentences for word in sentence.split())]
    tokens = [corpus.BREAK]
    for sentence, times in sentences.items():
        tokens += [*(words.index(word) for word in sentence.split()), corpus.BREAK] * times
    return restorer.build(corpus.Streams(words, {"made_up": np.array(tokens, dtype=np.uint32)}))


def test_what_was_seen_less_than_five_times_leaves_no_trace() -> None:
    often = {"đi , chơi": neighbours.RAREST}
    alone, beside = _made(often), _made({**often, "đá bóng": neighbours.RAREST - 1})
    assert bytes(alone["words"]).decode().split("\n") == ["đi", ",", "chơi"]
    assert "bóng" not in bytes(beside["words"]).decode()
    assert alone["keys"].size == beside["keys"].size > 0


@pytest.mark.parametrize("command", [train, evaluate])
def test_a_wrong_folder_is_named_and_nothing_is_made(
    command: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["command", "--data", str(tmp_path)])
    assert command.main() == 2  # type: ignore[attr-defined]  # a module
    assert str(tmp_path) in capsys.readouterr().err
