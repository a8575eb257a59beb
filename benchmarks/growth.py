"""How the cost grows: with the length of a recording, and with the number of recordings."""

import sys
from pathlib import Path
from typing import Any

from contest import Command
from rows import Materials, recordings

INTONE = (sys.executable, "-m", "intone")
TIMES = (1, 2, 5, 10)


def measured(of: Materials) -> dict[str, Any]:
    """One turn of every size: the whole process, in seconds of the clock, of all cores, and megabytes."""
    clips = recordings(of.clips)
    each = max(1, len(clips) // TIMES[-1])
    return {"lengths": [{"recording_s": seconds, **_taken(Command([*INTONE, "predict", path]))}
                        for seconds, path in of.lengths.items()],
            "clips": [_clips(of, clips[: times * each]) for times in TIMES if times * each <= len(clips)]}


def _clips(of: Materials, clips: list[Path]) -> dict[str, float]:
    folder, to = of.scratch / f"first-{len(clips)}", of.scratch / "grown.csv"
    folder.mkdir()
    for clip in clips:
        (folder / clip.name).symlink_to(clip.resolve())
    return {"clips": len(clips), **_taken(Command([*INTONE, "batch", folder, "--to", to], fresh=to))}


def _taken(command: Command) -> dict[str, float]:
    taken = command.run()
    return {"seconds": round(taken.seconds, 3), "cpu_s": round(taken.cpu_s, 3), "memory_mb": round(taken.memory_mb, 1)}
