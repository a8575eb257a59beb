import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from figures import ENVELOPE, SIGNAL, label_folders, labels_of, points, recording, table_of
from intone import labels
from intone.audio import RATE, read_mono
from intone.audio.envelope import EnvelopeSettings, mask
from intone.corpora import cleaning
from intone.errors import CorpusError
from intone.features import log_filter_bank, mfcc, spectrum
from intone.plots import canvas, plot_corpus
from intone.plots.classes import colours, hatches, ordered
from intone.plots.distribution import lengths
from intone.plots.grid import MFCC, SILENCE, VIEWS, Panel, _rows, grid, panels
from sounds import noise, silence, tone


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    return label_folders(tmp_path / "corpus")


@given(st.sampled_from(sorted(labels.SCHEMES)).flatmap(
    lambda name: st.lists(st.sampled_from(labels.network_labels(name, "both")), min_size=1)))
def test_labels_are_ordered_by_sex_and_scheme_whatever_their_order(found):
    result = ordered(found)
    assert sorted(result) == sorted(set(found))
    assert [label for label in result if label.startswith("female")] == result[: sum(
        label.startswith("female") for label in result)]
    scheme = next(scheme for scheme in labels.SCHEMES.values()
                  if {labels.split_label(label)[1] for label in found} <= set(scheme.classes))
    assert sorted(result, key=lambda label: (label.startswith("male"), scheme.classes.index(label.split("_", 1)[1]))
                  ) == result


def test_the_sexes_of_a_class_have_one_colour_and_two_hatches():
    found = ["female_angry", "female_sad", "male_angry", "male_sad"]
    assert colours(found)[:2] == colours(found)[2:]
    assert len(set(colours(found))) == 2
    assert hatches(found) == ["", "", "//", "//"]
    assert hatches(found[2:]) == ["", ""]
    assert len(set(colours(labels.network_labels(8, "male")))) == 8


@given(st.integers(0, 8), st.integers(0, 8))
def test_each_sex_has_rows_of_its_own_and_at_most_four_panels_a_row(females, males):
    found = [Panel(f"{sex}_{emotion}", "", SIGNAL) for sex, number in (("female", females), ("male", males))
             for emotion in labels.EMOTIONS[:number]]
    if not found:
        return
    rows = _rows(found)
    assert len({len(row) for row in rows}) == 1
    assert len(rows[0]) <= 4
    assert all(len({panel.label.split("_")[0] for panel in row if panel}) == 1 for row in rows)
    assert [panel for row in rows for panel in row if panel] == found


# Grids


def test_the_grids_show_the_first_clip_of_every_class(corpus):
    table = table_of(corpus)
    found = panels(table, ENVELOPE)
    assert list(found) == ["raw", "cleaned"]
    expected = ["female_negative", "female_neutral", "female_positive", "male_negative", "male_positive"]
    for kind in ("raw", "cleaned"):
        assert [panel.label for panel in found[kind]] == expected
        assert [panel.clip for panel in found[kind]] == ["female_angry0", "female_neutral0", "female_happy0",
                                                         "male_angry0", "male_happy0"]
    signal = read_mono(corpus / "female_angry" / "anna" / "female_angry0.wav")
    assert np.array_equal(found["raw"][0].signal, signal)
    assert np.array_equal(found["cleaned"][0].signal, signal[mask(signal, ENVELOPE)])


@pytest.mark.parametrize(("view", "expected"), list(zip(VIEWS, [
    ["time (s)", "amplitude (1 = full scale)"],
    ["frequency (Hz)", "FFT magnitude (1 = full scale)"],
    ["time (s)", "centre of the mel filter (Hz)", "energy of the filter (natural logarithm)"],
    ["time (s)", "coefficient (number)", "value of the coefficient (no unit)"],
], strict=True)), ids=[view.name for view in VIEWS])
def test_grids_name_their_units_and_every_panel_its_class_and_clip(corpus, view, expected):
    cleaned = panels(table_of(corpus), ENVELOPE)["cleaned"]
    figure = grid(cleaned, view, "cleaned")
    assert labels_of(figure) == expected
    assert "after cleaning" in figure.get_suptitle()
    visible = [axes for axes in figure.axes[:6] if axes.get_visible()]
    assert [axes.get_title() for axes in visible] == ["female negative", "female neutral", "female positive",
                                                      "male negative", "male positive"]
    assert [axes.texts[0].get_text() for axes in visible] == [panel.clip for panel in cleaned]


@pytest.mark.parametrize(("number", "feature"), [(2, log_filter_bank), (3, mfcc)])
def test_the_images_of_a_grid_are_the_features_of_the_first_second(corpus, number, feature):
    cleaned = panels(table_of(corpus, sex="female"), ENVELOPE)["cleaned"]
    assert len(cleaned[0].signal) > RATE > len(cleaned[1].signal)
    figure = grid(cleaned, VIEWS[number], "cleaned")
    for axes, panel in zip(figure.axes, cleaned, strict=False):
        frames = feature(panel.signal[:RATE], MFCC)
        image = axes.images[0]
        assert np.array_equal(image.get_array(), frames.T)
        assert image.origin == "lower"
        start, end, bottom, top = image.get_extent()
        assert (start, end) == pytest.approx((0.0075, 0.0075 + 0.01 * len(frames)))
        assert (bottom, top) == (-0.5, frames.shape[1] - 0.5)
        assert axes.get_xlim() == (0, 1)


def test_all_images_of_a_grid_have_the_colours_of_one_perceptually_uniform_bar(corpus):
    cleaned = panels(table_of(corpus), ENVELOPE)["cleaned"]
    figure = grid(cleaned, VIEWS[3], "cleaned")
    images = [axes.images[0] for axes in figure.axes if axes.images]
    values = [mfcc(panel.signal[:RATE], MFCC) for panel in cleaned]
    assert len(images) == 5
    assert {image.get_clim() for image in images} == {(min(map(np.min, values)), max(map(np.max, values)))}
    with canvas.style():
        assert grid(cleaned, VIEWS[3], "cleaned").axes[0].images[0].get_cmap().name == "viridis"


def test_the_colours_of_the_filter_bank_begin_at_digital_silence():
    signal = np.concatenate([silence(0.2), noise(0.2, rms=1e-9), noise(0.2)])
    figure = grid([Panel("male_angry", "a", signal)], VIEWS[2], "raw")
    image = figure.axes[0].images[0]
    assert np.asarray(image.get_array()).min() < SILENCE
    assert image.get_clim() == (SILENCE, np.asarray(image.get_array()).max())
    assert image.colorbar.extend == "min"
    assert log_filter_bank(silence(0.1), MFCC) == pytest.approx(SILENCE)


def test_the_rows_of_the_filter_bank_are_named_by_their_centre_frequency():
    figure = grid([Panel("male_angry", "a", tone(1250, 0.5))], VIEWS[2], "raw")
    axes = figure.axes[0]
    loudest = np.asarray(axes.images[0].get_array()).mean(axis=1).argmax()
    named = dict(zip(axes.get_yticks(), (text.get_text() for text in axes.get_yticklabels()), strict=True))
    assert named[loudest] == "1250"


def test_waveforms_and_spectra_of_a_grid_are_those_of_whole_clips_on_equal_axes():
    found = [Panel("male_angry", "a", tone(1000, 0.05)), Panel("male_happy", "b", tone(500, 0.03, peak=0.1))]
    waves, spectra = (grid(found, view, "raw").axes for view in VIEWS[:2])
    for panel, wave, magnitudes in zip(found, waves, spectra, strict=True):
        assert np.array_equal(points(wave)[1], panel.signal)
        assert np.array_equal(points(magnitudes), spectrum(panel.signal))
        assert wave.get_xlim() == (0, 0.05)
        assert magnitudes.get_xlim() == (0, 8000)
    assert waves[0].get_ylim() == waves[1].get_ylim()
    low, high = spectra[0].get_ylim()
    assert (low, high) == spectra[1].get_ylim()
    assert high > 0.25
    assert low == pytest.approx(high * 1e-5)


def test_a_panel_says_why_it_is_empty(tmp_path):
    root = tmp_path / "corpus"
    recording(root / "male_angry" / "a.wav", noise(0.3))
    recording(root / "male_calm" / "b.wav", noise(0.3, rms=1e-5))
    recording(root / "male_happy" / "c.wav", silence(0.3))
    (root / "male_sad").mkdir()
    (root / "male_sad" / "d.wav").write_text("no sound")
    found = panels(table_of(root, 8), ENVELOPE)
    assert [panel.note for panel in found["cleaned"]] == [
        "The envelope keeps nothing of this clip.", "The clip is silent.",
        "The file is a text, not a recording that can be decoded: use wav, flac, mp3, ogg, opus, m4a, mp4 or webm.",
        ""]
    assert [panel.note == "" for panel in found["raw"]] == [True, False, False, True]
    for view in VIEWS:
        figure = grid(found["cleaned"], view, "cleaned")
        words = [" ".join(text.get_text() for text in axes.texts[1:]).split() for axes in figure.axes[:4]]
        assert words == [panel.note.split() for panel in found["cleaned"]]


def test_a_grid_without_a_single_sound_is_still_drawn():
    for view in VIEWS:
        figure = grid([Panel("male_angry", "a", silence(0), "The clip is silent.")], view, "raw")
        with canvas.style(), warnings.catch_warnings():
            warnings.simplefilter("error")
            figure.draw_without_rendering()


def test_clips_of_a_cleaned_folder_are_not_cleaned_again(tmp_path, corpus):
    peak = EnvelopeSettings(0.1, 0.3, "peak")
    report = cleaning.clean(table_of(corpus), tmp_path / "clean", peak, jobs=1)
    assert not report.failed
    table = table_of(tmp_path / "clean")
    found = panels(table, peak)
    assert list(found) == ["cleaned"]
    assert np.array_equal(found["cleaned"][0].signal, read_mono(table["path"][0]))
    assert list(lengths(table, peak)) == list(lengths(table_of(corpus), peak))
    with pytest.raises(CorpusError, match=r"cleaned with threshold 0\.3 of peak"):
        plot_corpus(table, tmp_path / "to", ENVELOPE)
    mixed = panels(pd.concat([table_of(corpus, sex="male"), table[table["sex"] == "female"]]), peak)
    assert [panel.note for panel in mixed["raw"]] == ["The clip comes from a cleaned folder."] * 3 + [""] * 2


