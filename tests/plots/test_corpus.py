from pathlib import Path

import numpy as np
import pytest

from figures import ENVELOPE, check_file, label_folders, recording, table_of
from intone.audio import RATE, read_mono
from intone.audio.envelope import mask
from intone.corpora import cleaning, open_corpora
from intone.corpora.table import assign
from intone.errors import CorpusError, UsageError
from intone.plots import plot_clip, plot_corpus, plot_history
from intone.plots.distribution import bar, lengths, pie
from intone.plots.grid import panels
from sounds import noise

GRIDS = ["waveform", "spectrum", "filter-bank", "mfcc"]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return label_folders(tmp_path / "corpus")


def test_the_bars_are_as_long_as_the_classes_are_large(corpus):
    axes = bar(table_of(corpus)).axes[0]
    assert [patch.get_width() for patch in axes.patches] == [1, 1, 1, 2, 1]
    assert [text.get_text() for text in axes.get_yticklabels()] == [
        "female negative", "female neutral", "female positive", "male negative", "male positive"]
    assert [text.get_text() for text in axes.texts] == ["1", "1", "1", "2", "1"]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("clips (number)", "class")
    assert axes.get_title() == "Clips of every class (6 in all)"


def test_the_pie_shows_the_share_of_the_mean_length_of_every_class(corpus):
    table = table_of(corpus)
    figure = pie(table, np.array([0.5 if label == "male_negative" else 1.5 for label in table["label"]]))
    wedges = figure.axes[0].patches
    assert [wedge.theta2 - wedge.theta1 for wedge in wedges] == pytest.approx(
        [360 * length / 6.5 for length in (1.5, 1.5, 1.5, 0.5, 1.5)], abs=1e-3)
    assert [text.get_text() for text in figure.axes[0].texts if text.get_text()] == [
        "female negative: 1.50 s (23%)", "female neutral: 1.50 s (23%)", "female positive: 1.50 s (23%)",
        "male negative: 0.50 s (8%)", "male positive: 1.50 s (23%)"]
    assert figure.get_supxlabel() == ""


def test_the_lengths_are_what_the_envelope_keeps(corpus):
    table = table_of(corpus)
    expected = [mask(read_mono(path), ENVELOPE).sum() / RATE for path in table["path"]]
    assert list(lengths(table, ENVELOPE)) == expected
    assert expected[0] == pytest.approx(1.6, abs=0.005)  # half a window more at either end


def test_a_clip_that_cannot_be_read_is_counted_and_left_out_of_the_mean(corpus):
    (corpus / "male_angry" / "anna" / "male_angry1.wav").write_text("no sound")
    table = table_of(corpus)
    seconds = lengths(table, ENVELOPE)
    assert np.isnan(seconds).tolist() == [clip == "male_angry1" for clip in table["clip"]]
    figure = pie(table, seconds)
    assert "male negative: 0.50 s" in figure.axes[0].texts[3].get_text()
    assert figure.get_supxlabel() == "left out: 1 of 6 clips, which cannot be read"


def test_a_corpus_of_which_nothing_is_kept_is_a_corpus_error(tmp_path):
    recording(tmp_path / "corpus" / "male_angry" / "a.wav", noise(0.3, rms=1e-6))
    with pytest.raises(CorpusError, match="keeps nothing of any clip"):
        plot_corpus(table_of(tmp_path / "corpus"), tmp_path / "to", ENVELOPE)
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize("format", ["png", "svg"])
def test_plot_corpus_writes_its_figures_with_the_same_bytes_every_time(tmp_path, corpus, format):
    table = table_of(corpus, 2, "male")
    written = plot_corpus(table, tmp_path / "one", ENVELOPE, format)
    assert [path.name for path in written] == [
        *(f"classes-{view}-{kind}.{format}" for kind in ("raw", "cleaned") for view in GRIDS),
        f"class-distribution-bar.{format}", f"class-distribution-pie.{format}"]
    assert sorted(written) == sorted((tmp_path / "one").iterdir())
    again = plot_corpus(table, tmp_path / "two", ENVELOPE, format, jobs=2)
    for first, second in zip(written, again, strict=True):
        assert first.read_bytes() == second.read_bytes()
        check_file(first)


@pytest.mark.parametrize("format", ["pdf", "PNG", ""])
def test_an_unknown_format_is_a_usage_error_before_anything_is_written(tmp_path, corpus, format):
    path, to = recording(tmp_path / "a.wav"), tmp_path / "to"
    (tmp_path / "history.csv").write_text("epoch,loss,accuracy,validation_loss,validation_accuracy\n1,1,1,1,1\n")
    for call in (lambda: plot_clip(path, to, ENVELOPE, format),
                 lambda: plot_corpus(table_of(corpus), to, ENVELOPE, format),
                 lambda: plot_history(tmp_path / "history.csv", to, format)):
        with pytest.raises(UsageError, match=f"^There is no format '{format}' for figures: png or svg.$"):
            call()
    assert not to.exists()


def test_real_clips_of_every_class_are_drawn(tmp_path, ravdess_dir):
    table = assign(open_corpora([str(ravdess_dir)]), 3).drop_duplicates("label")
    signals = cleaning.signals(table, ENVELOPE)
    assert list(lengths(table, ENVELOPE)) == [len(signal) / RATE for signal in signals]
    found = panels(table, ENVELOPE)
    assert [panel.note for kind in found.values() for panel in kind] == [""] * 12
    for path in plot_corpus(table[table["label"] == "female_neutral"], tmp_path, ENVELOPE):
        check_file(path)


