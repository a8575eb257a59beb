"""What a long conversation costs, and whether a speaker has one number from its beginning to its end.

    tools/long_conversation.py crema-d=crema-d --to results/long-conversation.json

Two of the speakers of CREMA-D whom `tools/speakers.py` left out talk for ten minutes, and for two hours. `intone
predict` hears each with the speakers counted, and with `--speakers 1`, in a process of its own. What is written: the
seconds of the processor, the megabytes at most, and of the counted ones the diarization error rate (with a collar of
0.25 s), the number of speakers, and who each is most of the time in the first and in the last ten minutes. On a busy
machine the seconds of the processor are about the same.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from conversations import TESTED_FOLD

from intone.audio import RATE
from intone.corpora.table import open_corpora
from intone.evaluation.conversations import KINDS, Conversation, chosen, clips_of, conversation, errors
from intone.files import write_json

LENGTHS_S = (600.0, 7200.0)
KIND = "two of different sex"
END_S = 600.0

TURN = Path(__file__).resolve().parents[1] / "benchmarks" / "turn.py"  # counts the memory of the command alone


def heard(recording: Path, speakers: str) -> tuple[dict[str, float], dict[str, Any]]:
    """What `intone predict` took, and what it answered."""
    answer = recording.with_suffix(".json")
    words = ["sh", "-c", 'to="$1"; shift; exec "$@" > "$to"', "sh", answer, sys.executable, "-m", "intone", "predict",
             recording, "--speakers", speakers, "--format", "json"]
    took = json.loads(subprocess.run([sys.executable, TURN, *words], check=True, stdout=subprocess.PIPE).stdout)
    if took["ended"]:
        raise SystemExit(f"intone predict --speakers {speakers} ended with {took['ended']}: see above why.")
    (told,) = json.loads(answer.read_text())
    return {"cpu_s": round(took["cpu_s"], 1), "memory_mb": round(took["memory_mb"])}, told


def told_apart(one: Conversation, answer: dict[str, Any]) -> dict[str, Any]:
    """How well, and who has which number at either end."""
    spans = [(part["start_s"], part["end_s"], str(part.get("speaker") or 1)) for part in answer["segments"]
             if not part.get("overlap")]
    end_s = answer["duration_s"]
    return {"found": len(answer.get("speakers", ())) or 1, "error": round(errors(one.speech, spans).rate, 4),
            "first": _numbers(one, spans, 0.0, END_S), "last": _numbers(one, spans, end_s - END_S, end_s)}


def _numbers(one: Conversation, spans: list[tuple[float, float, str]], from_s: float, to_s: float) -> dict[str, str]:
    """The number that each speaker has for most seconds of a part."""
    shared: dict[str, Counter[str]] = {}
    for start, end, who in one.speech:
        for a, b, number in spans if from_s <= start < to_s else ():
            if min(b, end) > max(a, start):
                shared.setdefault(who, Counter())[number] += round(1000 * (min(b, end) - max(a, start)))
    return {who: by.most_common(1)[0][0] for who, by in sorted(shared.items())}


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what a long conversation costs.")
    parser.add_argument("corpus", help="crema-d=FOLDER")
    parser.add_argument("--seconds", type=float, nargs="+", default=LENGTHS_S)
    parser.add_argument("--to", type=Path, help="a JSON file; printed without")
    asked = parser.parse_args()
    table = open_corpora([asked.corpus])
    clips = clips_of(table[table["fold"] == TESTED_FOLD])
    found: dict[str, Any] = {}
    for seconds in asked.seconds:
        rng = np.random.default_rng(0)
        one = conversation(chosen(clips, KINDS[KIND], rng), seconds, rng)
        with tempfile.TemporaryDirectory() as folder:
            recording = Path(folder) / "talk.flac"
            soundfile.write(recording, one.signal, RATE)
            (counted, answer), (alone, _) = heard(recording, "auto"), heard(recording, "1")
        found[f"{seconds:g} s"] = {"counted": counted, "one": alone, **told_apart(one, answer)}
        print(f"{seconds:g} s", json.dumps(found[f"{seconds:g} s"]), flush=True)
        if asked.to:
            write_json(asked.to, found)


if __name__ == "__main__":
    main()
