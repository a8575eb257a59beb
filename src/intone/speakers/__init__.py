"""signal -> who speaks when (speaker diarization).

    segmentation   the speakers within ten seconds, frame by frame
    embedding      a voice as a vector, which tells speakers apart
    clustering     vectors -> speakers
    diarization    a recording of any length: the speaker of every segment of speech; this package has its names
"""

from intone.speakers.diarization import Diarization, DiarizationSettings, Part

__all__ = ["Diarization", "DiarizationSettings", "Part"]
