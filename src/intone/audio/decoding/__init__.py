"""bytes of a recording -> blocks of samples (channels, samples), float32, with their rate.

    recording  a file -> its parts, one after the other -> the blocks of each
    formats    which formats are read: the one list of them
    views      parts of a file, as files
    chunks     files of named chunks, as WAV and AIFF: where their sound lies, whatever their headers state
    links      recordings that were put one behind the other, as in chained Ogg
    transport  the same in MPEG-TS, whose tracks have other numbers from some place on
    avi        which packets of AVI count, so that its pauses are found, or said
    wave       WAV of plain integers or floats, read as it stands
    ffmpeg     everything else, by FFmpeg
    tracks     which track of a file with several is read
    timeline   where frames lie in time: pauses and late beginnings
    bounds     what a file may cost
    unread     what a file is that cannot be read
    buffering  pipes and other files that can be read only once
"""

from intone.audio.decoding.recording import blocks, missing_bytes, tracks_of

__all__ = ["blocks", "missing_bytes", "tracks_of"]
