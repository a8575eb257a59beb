"""Write the two examples of the page: `python tools/examples.py CREMA_D [--out DIR]`.

CREMA_D is the folder of the corpus with its clips, such as AudioWAV. Each clip becomes Opus in WebM, which every
browser plays, in src/intone/web/static/examples.

The clips were chosen by results/crema-d-5fold/default.csv: one angry and one happy, of a man and of a woman, whose
emotion the recognizer of the fold, which does not know the actor, found with one of the highest probabilities (0.904
and 0.882), and which all ten listeners of the corpus recognised from the voice alone.
"""

import argparse
from pathlib import Path

import av

CLIPS = {"example-1": "1085_WSI_ANG_XX", "example-2": "1079_IEO_HAP_MD"}
"""The clip of each example: an angry man, a happy woman."""

FOLDER = Path("src/intone/web/static/examples")
BITS_PER_SECOND = 24_000


def encode(clip: Path, to: Path) -> None:
    """Write a recording as Opus in WebM: mono, without metadata."""
    with av.open(str(clip)) as source, av.open(str(to), "w", format="webm",
                                               container_options={"fflags": "+bitexact"}) as target:
        stream = target.add_stream("libopus", rate=48_000, layout="mono", bit_rate=BITS_PER_SECOND)
        for frame in source.decode(audio=0):
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the two examples of the page.")
    parser.add_argument("corpus", type=Path, help="folder of the clips of CREMA-D")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder of the examples")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, clip in CLIPS.items():
        encode(next(options.corpus.rglob(f"{clip}.*")), options.out / f"{name}.webm")


if __name__ == "__main__":
    main()
