"""What is spoken in a clip: cut, kept, read again."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from intone.audio import RATE
from intone.audio.search import read_clip
from intone.corpora import Ravdess, open_corpora
from intone.errors import CorpusError
from intone.training import clip_cache
from intone.training.clip_cache import MARGIN, Spoken
from small_corpus import write_corpus
from sounds import voice


def test_what_is_spoken_lies_between_silences() -> None:
    sound = np.pad(voice(2.0), RATE)
    found = clip_cache.cut(sound)
    assert len(found.around) < len(sound)
    assert RATE * 1.5 < len(found.signal) < RATE * 2.4
    start = int(np.flatnonzero(np.convolve(sound == found.signal[0], [1], "same"))[0])
    assert abs(len(found.loosely(MARGIN)) - len(found.signal) - 2 * MARGIN) <= 2 and start >= 0
    assert np.array_equal(found.loosely(0), found.signal)
    at = int(found.start - 100)
    assert np.array_equal(found.loosely(100)[:50], found.around[at : at + 50])


def test_where_nobody_speaks_all_is_kept() -> None:
    noise = np.random.default_rng(0).normal(0, 0.1, RATE).astype(np.float32)
    found = clip_cache.cut(noise)
    assert np.array_equal(found.signal, noise) and np.array_equal(found.loosely(MARGIN), noise)


def test_a_margin_ends_with_the_recording() -> None:
    around = np.arange(10, dtype=np.float32)
    assert np.array_equal(Spoken(around, 2, 8).loosely(5), around)


def test_clips_are_kept_and_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = open_corpora([str(write_corpus(tmp_path / "corpus", actors=(1,)))])
    files = clip_cache.keep(table, tmp_path / "kept", jobs=1)
    for path, file in zip(table["path"], files, strict=True):
        wanted, found = clip_cache.cut(read_clip(Path(path))), clip_cache.read(file)
        assert (found.start, found.end) == (wanted.start, wanted.end)
        np.testing.assert_allclose(found.around, wanted.around, atol=float(np.abs(wanted.around).max()) / 32767)
        assert found.around.dtype == np.float32
    monkeypatch.setattr(clip_cache, "_keep_clip", lambda *_: pytest.fail("a clip was read again"))
    assert clip_cache.keep(table, tmp_path / "kept", jobs=1) == files


def test_a_clip_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "broken.wav"
    broken.write_bytes(b"RIFF")
    with pytest.raises(CorpusError, match=r"broken\.wav cannot be used"):
        clip_cache.keep(pd.DataFrame({"path": [str(broken)]}), tmp_path / "kept", jobs=1)
    assert not list((tmp_path / "kept").glob("*.npz"))


def test_babblers_are_of_the_same_fold(tmp_path: Path) -> None:
    """Otherwise a speaker that tests would be in the training after all, in the background."""
    table = pd.DataFrame({"corpus": "ravdess", "actor": np.arange(60) % 24 + 1, "clip": [f"clip {row}" for row in range(60)]})
    files = [tmp_path / f"{row}.npz" for row in range(60)]
    folds = [Ravdess.test_fold(actor) for actor in table["actor"]]
    found = clip_cache.babblers(table, files)
    for row, behind in enumerate(found):
        assert {folds[files.index(file)] for file in behind} == {folds[row]}
        assert len(behind) == min(clip_cache.BABBLERS, folds.count(folds[row]))
    again = clip_cache.babblers(table[::-1].reset_index(drop=True), files[::-1])
    assert {frozenset(one) for one in found} == {frozenset(one) for one in again}
