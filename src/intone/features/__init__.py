"""signal -> what a network takes.

    spectral    MFCC, log filter bank, log-mel, spectrum; this package has its names
    front_end   a signal into the input of a network: one function that training and serving share
"""

from intone.features.spectral import (
    MfccSettings,
    kaldi_log_mel,
    log_filter_bank,
    log_mel,
    mel_filters,
    mfcc,
    slaney_filters,
    spectrum,
)

__all__ = [
    "MfccSettings",
    "kaldi_log_mel",
    "log_filter_bank",
    "log_mel",
    "mel_filters",
    "mfcc",
    "slaney_filters",
    "spectrum",
]
