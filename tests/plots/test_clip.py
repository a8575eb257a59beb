import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matplotlib
import numpy as np
import pytest

from figures import ENVELOPE, SIGNAL, check_file, labels_of, points, recording, shaded
from intone.audio import RATE
from intone.audio.envelope import EnvelopeSettings, envelope, mask
from intone.errors import NoSpeech, NotAudio, RecordingError, TooLong
from intone.features import spectrum
from intone.files import FileError
from intone.plots import canvas, clip, plot_clip
from sounds import noise, silence, tone

CLIP_FILES = ["clip-waveform", "clip-amplitude", "clip-spectrum", "clip-envelope"]


@pytest.mark.parametrize(("build", "expected"), [
    (clip.waveform, ["time (s)", "amplitude (1 = full scale)"]),
    (clip.amplitude, ["time (s)", "amplitude (dB of full scale)"]),
    (clip.magnitudes, ["frequency (Hz)", "FFT magnitude (1 = full scale)"]),
    (lambda *given: clip.kept(*given, ENVELOPE),
     ["amplitude (1 = full scale)", "time (s)", "mean of |x| (1 = full scale)"]),
])
def test_figures_of_a_clip_name_their_units_and_the_clip(build, expected):
    figure = build(SIGNAL, "anna.wav")
    assert labels_of(figure) == expected
    assert "anna.wav" in figure.axes[0].get_title()


def test_a_short_waveform_and_its_spectrum_are_drawn_sample_by_sample():
    signal = noise(0.1)
    x, y = points(clip.waveform(signal, "").axes[0])
    assert np.array_equal(x, np.arange(1600) / RATE)
    assert np.array_equal(y, signal)
    hertz, magnitude = points(clip.magnitudes(signal, "").axes[0])
    assert np.array_equal((hertz, magnitude), spectrum(signal))


def test_a_long_waveform_is_drawn_by_its_extremes():
    signal = noise(3.0)
    signal[20_000], signal[30_000] = 0.9, -0.8
    x, y = points(clip.waveform(signal, "").axes[0])
    assert len(y) == 3000
    assert (y.min(), y.max()) == (np.float32(-0.8), np.float32(0.9))
    assert x[y.argmax()] == pytest.approx(20_000 / RATE, abs=0.001)
    assert clip.waveform(signal, "").axes[0].get_xlim() == (0, 3)


def test_the_spectrum_of_a_tone_peaks_at_its_frequency_with_half_its_amplitude():
    axes = clip.magnitudes(tone(1000, 0.1, peak=0.5), "").axes[0]
    hertz, magnitude = points(axes)
    assert hertz[magnitude.argmax()] == 1000
    assert magnitude.max() == pytest.approx(0.25)
    assert axes.get_yscale() == "log"
    assert axes.get_ylim()[0] < 0.25 < axes.get_ylim()[1]


def test_the_amplitude_is_peak_and_root_mean_square_in_decibels():
    axes = clip.amplitude(SIGNAL, "").axes[0]
    (seconds, peak), (_, rms) = points(axes), points(axes, 1)
    inside = (seconds >= 0.4) & (seconds < 0.899)
    assert peak[inside] == pytest.approx(20 * np.log10(0.5), abs=0.1)
    assert rms[inside] == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.1)
    assert set(peak[seconds < 0.395]) == {-100.0}
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["peak", "root mean square"]


def test_the_last_block_of_an_amplitude_counts_only_its_own_samples():
    peak, rms = clip.levels(np.full(170, 0.1, np.float32))
    assert peak == pytest.approx([-20, -20], abs=1e-4)
    assert rms == pytest.approx([-20, -20], abs=1e-4)


@pytest.mark.parametrize("settings", [ENVELOPE, EnvelopeSettings(0.02, 0.1, "peak")])
def test_the_envelope_figure_shades_what_the_mask_keeps(settings):
    above, below = clip.kept(SIGNAL, "", settings).axes
    kept = mask(SIGNAL, settings)
    assert 0 < kept.sum() < len(kept)
    middles = (np.arange(len(SIGNAL)) + 0.5) / RATE
    for axes in (above, below):
        inside = np.any([(middles > start) & (middles < end) for start, end in shaded(axes)], axis=0)
        assert np.array_equal(inside, kept)


@pytest.mark.parametrize("settings", [ENVELOPE, EnvelopeSettings(0.02, 0.1, "peak")])
def test_the_envelope_figure_draws_the_envelope_and_the_line_that_divides_it(settings):
    signal = SIGNAL[RATE // 2 :][:2900]
    below = clip.kept(signal, "", settings).axes[1]
    _, level = points(below)
    assert np.array_equal(level, envelope(signal, settings.window_s))
    line = points(below, 1)[1][0]
    assert np.array_equal(level > line, mask(signal, settings))
    assert below.get_ylim()[0] < line < below.get_ylim()[1]


def test_the_envelope_figure_says_how_much_is_kept():
    legend = clip.kept(SIGNAL, "", ENVELOPE).legends[0]
    words = [text.get_text() for text in legend.get_texts()]
    kept = mask(SIGNAL, ENVELOPE)
    assert words[:2] == ["envelope: mean of |x| over 100 ms", "threshold: 0.0005"]
    assert words[2] == f"kept: {kept.sum() / RATE:.2f} of 1.70 s ({kept.mean():.0%})"


def test_a_clip_that_is_cleaned_away_is_drawn_with_nothing_kept(tmp_path):
    signal = noise(0.3, rms=1e-5)
    figure = clip.kept(signal, "", ENVELOPE)
    assert shaded(figure.axes[0]) == []
    assert figure.legends[0].get_texts()[2].get_text() == "kept: 0.00 of 0.30 s (0%)"
    assert len(plot_clip(recording(tmp_path / "quiet.wav", signal), tmp_path, ENVELOPE)) == 4


@pytest.mark.parametrize("format", ["png", "svg"])
def test_plot_clip_writes_its_figures_with_the_same_bytes_every_time(tmp_path, format):
    path = recording(tmp_path / "a.wav")
    written = plot_clip(path, tmp_path / "one", ENVELOPE, format)
    assert written == [tmp_path / "one" / f"{name}.{format}" for name in CLIP_FILES]
    assert sorted(written) == sorted((tmp_path / "one").iterdir())
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9, "svg.hashsalt": None}):
        again = plot_clip(path, tmp_path / "two", ENVELOPE, format)
        assert matplotlib.rcParams["font.size"] == 30
    for first, second in zip(written, again, strict=True):
        assert first.read_bytes() == second.read_bytes()
        check_file(first)


def test_a_file_may_have_any_name(tmp_path):
    written = plot_clip(recording(tmp_path / "$\\frac$ 录音\t.wav"), tmp_path / "to", ENVELOPE)
    assert [path.stem for path in written] == CLIP_FILES
    assert clip.waveform(SIGNAL, canvas.shown("$\\frac$ 录音\t.wav")).axes[0].get_title() == (
        "Waveform of \\$\\frac\\$ ???.wav")


# What cannot be drawn


@pytest.mark.parametrize(("content", "error"), [
    (b"<html>no sound</html>", NotAudio), (silence(1.0), NoSpeech), (None, RecordingError),
])
def test_a_clip_that_cannot_be_drawn_is_a_recording_error(tmp_path, content, error):
    path = tmp_path / "a.wav"
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif content is not None:
        recording(path, content)
    with pytest.raises(error, match=r"^[A-Z].*\.$"):
        plot_clip(path, tmp_path / "to", ENVELOPE)
    assert not (tmp_path / "to").exists()


def test_a_recording_of_more_than_ten_minutes_is_too_long(tmp_path):
    path = recording(tmp_path / "long.wav", np.full(601_000, 0.1, np.float32), 1000)
    with pytest.raises(TooLong, match="longer than 10 minutes"):
        plot_clip(path, tmp_path / "to", ENVELOPE)


def test_a_folder_that_cannot_be_written_is_a_file_error(tmp_path):
    (tmp_path / "to").write_text("a file")
    with pytest.raises(FileError, match="cannot be written"):
        plot_clip(recording(tmp_path / "a.wav"), tmp_path / "to", ENVELOPE)




@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are only seen on Linux")
def test_threads_that_ask_for_pictures_leave_no_files_open():
    """matplotlib keeps the fonts open for each thread that draws."""
    clip.pictured(SIGNAL, "waveform", "anna.wav")
    before, together = len(list(Path("/proc/self/fd").iterdir())), threading.Barrier(20)

    def draw(_):
        together.wait()
        return clip.pictured(SIGNAL, "waveform", "anna.wav")

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(draw, range(20)))) == 1
        assert len(list(Path("/proc/self/fd").iterdir())) == before
