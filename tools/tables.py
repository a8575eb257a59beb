"""Rewrite every table and number of README, docs and the model card from what is in results/: `make tables`.

    tools/tables.py                  rewrite, and draw the images
    tools/tables.py --check          change nothing; exit 1 where a table is stale or an image is missing
    tools/tables.py --results DIR    from other predictions than those in results/

A table stands between `<!-- table: NAME -->` and `<!-- /table -->`. A number in a sentence stands between
`<!-- figure: NAME -->` and `<!-- /figure -->`. Where a file is missing, the old text is left, the file is named, and
the exit status is 1. The modules in tools/pages/ make the texts.
"""

import argparse
import json
import re
import sys
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

from pages import (
    browser,
    conditions,
    conversations,
    images,
    original,
    published,
    recordings,
    reliability,
    scale,
    sources,
    speakers,
    speed,
    systems,
    unseen,
    voices,
)
from pages.committed import DEFAULT, SYSTEMS, MissingError, Results

from intone import dataclass_json
from intone.evaluation.report import percent, signed

ROOT = Path(__file__).resolve().parent.parent
RESULTS = Results(ROOT / "results")
IMAGES = ROOT / "docs" / "images"
PUBLISHED = ROOT / "src" / "intone" / "recognizers" / "results.json"
"""The published results of the bundled recognizer."""

PAGES = ("README.md", "docs/*.md", "src/intone/recognizers/*.md", "src/intone/speakers/*.md")

Maker = Callable[[Results], str]

TABLES: dict[str, Maker] = {
    "unseen": unseen.unseen,
    "unseen-short": unseen.short,
    "systems": systems.systems,
    "systems-short": systems.systems_short,
    "classes": systems.classes,
    "classes-short": systems.classes_short,
    "by-emotion": systems.by_emotion,
    "confusion": systems.confusion,
    "coverage": systems.coverage,
    "calibration": systems.calibration,
    "confidence": systems.confidence,
    "crema-d": speakers.crema_d,
    "crema-d-by-emotion": speakers.crema_d_by_emotion,
    "for-whom": speakers.for_whom,
    "unseen-crema-d": unseen.free,
    "voices": voices.voices,
    "voices-elsewhere": voices.elsewhere,
    "same-source": sources.same_source,
    "sex-accuracy": speakers.sex_accuracy,
    "sexes": speakers.sexes,
    "robustness": conditions.robustness,
    "robustness-crema-d": conditions.robustness_crema_d,
    "short": conditions.short,
    "joins": conditions.joins,
    "live": conditions.live,
    "deletion": conditions.deletion,
    "conversations": conversations.conversations,
    "conversations-600": conversations.conversations_of_ten_minutes,
    "one-voice": conversations.one_voice,
    "long-conversation": conversations.long,
    "browser": browser.parity,
    "original-male": original.original_male,
    "formats": recordings.formats,
    "fuzz": reliability.fuzz,
    "fuzz-kinds": reliability.fuzz_kinds,
    "faults": reliability.faults,
    "speed": speed.speed,
    "speed-short": speed.speed_short,
    "speed-floors": speed.speed_floors,
    "speed-hour": speed.speed_hour,
    "growth-length": speed.growth_length,
    "growth-clips": speed.growth_clips,
    "stages": speed.stages,
    "machine": speed.machine,
    "parsers": reliability.parsers,
    "load": reliability.load,
    "load-clients": reliability.load_clients,
    "attacks": reliability.attacks,
    "attack-others": reliability.attack_others,
    "scale-runs": scale.runs,
    "scale-costs": scale.costs,
    "scale-million": scale.million,
}

FIGURES: dict[str, Maker] = {
    "live-spoken": conditions.live_spoken,
    "original-training": lambda results: _share(original.trained_on_right(results)),
    "original-unseen": lambda results: _share(original.unseen(results).accuracy.value),
    "accuracy": lambda results: _share(results.summary(SYSTEMS[DEFAULT]).accuracy.value),
    "accuracy-cnn": lambda results: _share(results.summary(SYSTEMS["CNN on MFCC"]).accuracy.value),
    "uar": lambda results: _share(results.summary(SYSTEMS[DEFAULT]).uar.value),
    "accuracy-2": lambda results: _share(results.summary(SYSTEMS[DEFAULT], "2").accuracy.value),
    "uar-2": lambda results: _share(results.summary(SYSTEMS[DEFAULT], "2").uar.value),
    "uar-crema-d-eight": lambda results: _share(speakers.uar_of_eight(results)),
    "never-acted": lambda results: _share(speakers.never_acted(results)),
    "unseen-calm": unseen.calm_as_neutral,
    "gap": lambda results: f"{signed(systems.gap(results.summary(SYSTEMS[DEFAULT])))} points",
    "sex-told": speakers.sex_told,
    "confident-2": lambda results: _whole(systems.confident(results, "2")[0]),
    "confident-right-2": lambda results: _whole(systems.confident(results, "2")[1]),
    "confident-8": lambda results: _whole(systems.confident(results, "8")[0]),
    "confident-right-8": lambda results: _whole(systems.confident(results, "8")[1]),
    "half-covered-2": lambda results: _share(systems.covered(results.answers(SYSTEMS[DEFAULT], "2"), 0.5).value),
    "both-right": conversations.both_right,
    "browser-ms": browser.milliseconds,
    "browser-slowest": browser.slowest,
    "browser-first": lambda results: browser.seconds(results, "first_visit_s"),
    "browser-later": lambda results: browser.seconds(results, "later_visit_s"),
    "browser-slow-network": lambda results: browser.seconds(results, "first_visit_at_20_mbit_s"),
    "browser-memory": browser.megabytes,
    "live-states": lambda results: browser.live(results, "states"),
    "live-skipped": lambda results: browser.live(results, "skipped"),
    "live-longest": lambda results: browser.live(results, "longest_piece_s"),
    "live-ms": lambda results: browser.live(results, "median_milliseconds"),
    "temperature": lambda results: f"{systems.temperature(results):.2f}",
    "scale-processor": lambda results: results.json("scale")["processor"],
    "scale-efficiency": scale.efficiency_text,
    "scale-handed-out": scale.handed_out,
    "scale-short-cores": scale.short_cores,
}


def _share(value: float) -> str:
    return f"{percent(value)} %"


def _whole(value: float) -> str:
    return f"{value:.0%}".replace("%", " %")


@cache
def made(name: str, results: Results) -> str:
    """A table. Several pages share some; each is made once."""
    return TABLES[name](results)


def rewritten(text: str, results: Results = RESULTS, missing: list[str] | None = None) -> str:
    """A page with every table and number made again; a KeyError for an unknown name.

    A missing file is a MissingError. With a list for `missing` its sentence goes there, and the old text stays.
    """
    def new(maker: Callable[[str, Results], str]) -> Callable[[re.Match[str]], str]:
        def replaced(match: re.Match[str]) -> str:
            try:
                return f"{match[1]}{maker(match[2], results)}{match[3]}"
            except MissingError as error:
                if missing is None:
                    raise
                missing.append(f"{match[2]}: {error}")
                return match[0]
        return replaced

    text = re.sub(r"(<!-- table: ([\w-]+) -->\n).*?(<!-- /table -->)", new(made), text, flags=re.DOTALL)
    return re.sub(r"(<!-- figure: ([\w-]+) -->).*?(<!-- /figure -->)", new(lambda name, of: FIGURES[name](of)), text,
                  flags=re.DOTALL)


def drawn(results: Results, to: Path, missing: list[str]) -> None:
    """Draw every image; add to `missing` a sentence for each that cannot be drawn."""
    for name in images.IMAGES:
        try:
            images.draw(name, results, to)
        except MissingError as error:
            missing.append(f"{name}.png: {error}")


def published_text(results: Results, missing: list[str]) -> str | None:
    """The content of `PUBLISHED`; None, with a sentence in `missing`, where a file is not there."""
    try:
        return json.dumps(dataclass_json.to_dict(published.published(results)), indent=1) + "\n"
    except MissingError as error:
        missing.append(f"{PUBLISHED.name}: {error}")
        return None


def main(words: Sequence[str] | None = None) -> int:
    """Rewrite, or check; returns the exit status."""
    parser = argparse.ArgumentParser(description="The tables and images of the pages, from the committed predictions.")
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 where something is stale")
    parser.add_argument("--results", type=Path, default=RESULTS.folder, help="the folder of the predictions")
    chosen = parser.parse_args(words)
    results, missing, stale = Results(chosen.results), list[str](), list[Path]()
    for path in sorted(path for pattern in PAGES for path in ROOT.glob(pattern)):
        text = path.read_text(encoding="utf-8")
        anew = rewritten(text, results, missing)
        if anew != text:
            stale.append(path)
            if not chosen.check:
                path.write_text(anew, encoding="utf-8")
    text = published_text(results, missing)
    if text is not None and text != (PUBLISHED.read_text(encoding="utf-8") if PUBLISHED.is_file() else ""):
        stale.append(PUBLISHED)
        if not chosen.check:
            PUBLISHED.write_text(text, encoding="utf-8")
    if chosen.check:
        missing += [f"docs/images/{name}.png is missing." for name in images.IMAGES
                    if not (IMAGES / f"{name}.png").is_file()]
    else:
        drawn(results, IMAGES, missing)
    for path in stale:
        print(f"{path.relative_to(ROOT)}: {'stale' if chosen.check else 'rewritten'}")
    for line in dict.fromkeys(missing):
        print(line)
    return 1 if missing or (chosen.check and stale) else 0


if __name__ == "__main__":
    sys.exit(main())
