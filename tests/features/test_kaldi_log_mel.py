"""The filter bank of Kaldi: a second implementation is the judge."""

import kaldi_native_fbank as kaldi
import numpy as np
import pytest

from intone.audio import RATE
from intone.features import kaldi_log_mel
from sounds import noise, tone, voice


@pytest.mark.parametrize("signal", [voice(1.3), noise(0.7), tone(440, 0.5), 0.001 * noise(1)], ids=str)
def test_it_is_kaldi_s(signal):
    options = kaldi.FbankOptions()
    options.frame_opts.dither, options.frame_opts.samp_freq, options.mel_opts.num_bins = 0, RATE, 80
    computed = kaldi.OnlineFbank(options)
    computed.accept_waveform(RATE, signal.astype(np.float32).tolist())
    computed.input_finished()
    wanted = np.stack([computed.get_frame(number) for number in range(computed.num_frames_ready)])
    found = kaldi_log_mel(signal)
    assert found.shape == wanted.shape
    loud = wanted > wanted.max() - 25  # below, float32 rounds the FFT to its own noise
    assert found[loud] == pytest.approx(wanted[loud], abs=5e-3)


def test_too_short_has_no_frame():
    assert kaldi_log_mel(np.zeros(399, np.float32)).shape == (0, 80)
    assert kaldi_log_mel(np.zeros(400, np.float32)).shape == (1, 80)
