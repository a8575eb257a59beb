"""The formats of recordings that are read: the one list of them.

Every one holds its own sound and opens nothing else. So there are no playlists, scripts, descriptions of sessions and
series of pictures, nothing that names other files or addresses; none that takes any bytes for sound, which would give
noise; and no containers of games, in which nobody records.
"""

from dataclasses import dataclass
from itertools import zip_longest


@dataclass(frozen=True)
class Format:
    """A format: its name, FFmpeg's name of it (its demuxer), and what names of its files end in.

    `states_length`: its header states how long it is, so that a cut file is found out; others have none, or an
    estimate. `timed`: its packets carry times, so that pauses in what was written can be told; in others one packet
    follows the other.
    """

    name: str
    demuxer: str
    suffixes: tuple[str, ...]
    states_length: bool = False
    timed: bool = False


FORMATS = (
    Format("WAV, RF64", "wav", (".wav", ".wave", ".bwf", ".rf64", ".bw64"), states_length=True),
    Format("FLAC", "flac", (".flac",), states_length=True),
    Format("MP3, MP2", "mp3", (".mp3", ".mp2", ".mpga", ".mpa")),
    Format("Ogg: Vorbis, Opus, Speex, FLAC", "ogg", (".ogg", ".oga", ".opus", ".spx", ".ogv", ".ogx"), timed=True),
    Format("MP4, QuickTime, 3GP", "mov", (".m4a", ".mp4", ".mov", ".3gp", ".m4b", ".m4r", ".m4v", ".3g2", ".3gpp",
                                          ".3ga", ".f4a", ".f4v", ".qt", ".mpeg4", ".lrv", ".insv", ".ismv"),
           states_length=True, timed=True),
    Format("WebM, Matroska", "matroska", (".webm", ".mkv", ".mka", ".weba"), timed=True),
    Format("AAC", "aac", (".aac", ".adts")),
    Format("AMR", "amr", (".amr", ".awb", ".amrwb")),
    Format("AIFF", "aiff", (".aiff", ".aif", ".aifc", ".aiffc"), states_length=True),
    Format("Apple CAF", "caf", (".caf",), states_length=True),
    Format("AU", "au", (".au", ".snd"), states_length=True),
    Format("Wave64", "w64", (".w64",), states_length=True),
    Format("Windows Media", "asf", (".wma", ".wmv", ".asf"), timed=True),
    Format("AVI", "avi", (".avi",), timed=True),
    Format("Flash Video", "flv", (".flv",), timed=True),
    Format("MPEG transport stream", "mpegts", (".ts", ".m2ts", ".mts", ".mpegts", ".trp", ".tod"), timed=True),
    Format("MPEG program stream", "mpeg", (".mpg", ".mpeg", ".vob"), timed=True),
    Format("RealMedia", "rm", (".rm", ".ra", ".rmvb")),
    Format("MXF", "mxf", (".mxf",), timed=True),
    Format("NUT", "nut", (".nut",), timed=True),
    Format("Windows Television", "wtv", (".wtv",), timed=True),
    Format("DV", "dv", (".dv",)),
    Format("AC-3", "ac3", (".ac3",)),
    Format("E-AC-3", "eac3", (".eac3", ".ec3")),
    Format("AAC in LATM", "loas", (".latm", ".loas")),
    Format("WavPack", "wv", (".wv",), states_length=True),
    Format("True Audio", "tta", (".tta",), states_length=True),
    Format("Monkey's Audio", "ape", (".ape",), states_length=True),
    Format("GSM", "gsm", (".gsm",)),
    Format("QCP", "qcp", (".qcp",)),
    Format("Digital Speech Standard", "dss", (".dss",)),
    Format("iLBC", "ilbc", (".lbc",)),
    Format("NIST SPHERE", "nistsphere", (".sph", ".nist"), states_length=True),
    Format("Creative Voice", "voc", (".voc",)),
    Format("SoX", "sox", (".sox",)),
    Format("IRCAM", "ircam", (".sf", ".ircam")),
    Format("Portable Voice Format", "pvf", (".pvf",)),
    Format("Audio Visual Research", "avr", (".avr",)),
    Format("8SVX, DSDIFF", "iff", (".iff", ".8svx", ".svx", ".dff")),
    Format("DSF", "dsf", (".dsf",)),
)
"""All of them, the usual ones first."""

USUAL = "wav, flac, mp3, ogg, opus, m4a, mp4 or webm"
"""What a sentence offers to someone whose file is none of them."""

SUFFIXES = tuple(dict.fromkeys(suffix for many in zip_longest(*(one.suffixes for one in FORMATS)) for suffix in many
                               if suffix))
"""What names of recordings end in, the usual ones first: a folder is searched for them. Their content decides."""

ACCEPT = ",".join(("audio/*", "video/*", *SUFFIXES))
"""The same for the file chooser of a browser, the `accept` of HTML; what iOS does not find in it cannot be chosen."""

DEMUXERS = ",".join(one.demuxer for one in FORMATS)
"""FFmpeg's names of them, as its `format_whitelist`."""


def of_demuxer(names: str) -> Format:
    """The format of FFmpeg's name of one, or of several with commas between; StopIteration for another."""
    return next(_BY_DEMUXER[name] for name in names.split(",") if name in _BY_DEMUXER)


_BY_DEMUXER = {one.demuxer: one for one in FORMATS}
