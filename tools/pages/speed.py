"""How fast intone is, against alternatives and lower bounds, as `make bench` measured it."""

from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any

from pages.committed import MissingError, Results

OURS, FLOOR, TEN_MINUTES, TEN_HOURS = "intone", "floor", "ten minutes", "ten hours"
ALTERNATIVES = {"original": "the original recipe", "pipeline": "wav2vec2 pipeline", "egemaps": "eGeMAPS and SVM"}
ROWS = ("cold", "warm", "folder", "cleaning", "chunks", "mfcc", "hour")


def speed(results: Results) -> str:
    """intone and every alternative, work by work."""
    lines = ["| work | alternative | intone | alternative takes | ratio (min-max) | target | met |",
             "|---|---|---:|---:|---:|---:|---|"]
    for row in _rows(results):
        for name, title in ALTERNATIVES.items():
            if name in row["taken"]:
                lines.append(f"| {_work(row)} | {title} | {_seconds(row, OURS)} | {_seconds(row, name)} | "
                             f"{_ratio(row['ratios'][name])} | {_aim(row, name, 'faster')} |")
    return "\n".join([*lines, ""])


def speed_short(results: Results) -> str:
    """The same in a line for each work, as the README shows it."""
    lines = [f"| work | intone | {' | '.join(ALTERNATIVES.values())} |", f"|---|---:|{'---:|' * len(ALTERNATIVES)}"]
    for row in _rows(results):
        if set(ALTERNATIVES) & set(row["taken"]):
            cells = " | ".join(_beside(row, name) for name in ALTERNATIVES)
            lines.append(f"| {_work(row)} | {_seconds(row, OURS)} | {cells} |")
    return "\n".join([*lines, ""])


def speed_floors(results: Results) -> str:
    """intone against lower bounds: parts of the work that cannot be left out, timed alone."""
    lines = ["| work | lower bound | intone | lower bound takes | ratio (min-max) | target | met |",
             "|---|---|---:|---:|---:|---:|---|"]
    for row in _rows(results):
        if FLOOR in row["taken"]:
            lines.append(f"| {_work(row)} | {row['floor']} | {_seconds(row, OURS)} | {_seconds(row, FLOOR)} | "
                         f"{_ratio(row['ratios'][FLOOR])} | {_aim(row, FLOOR, 'slower')} |")
    return "\n".join([*lines, ""])


def speed_hour(results: Results) -> str:
    """An hour of recording, and whether memory grows with the length."""
    row = _part(results, "hour")
    lines = ["| recording | time | peak memory | target | met |", "|---|---:|---:|---:|---|"]
    aims = {aim["kind"]: aim for aim in row["aims"]}
    names = {TEN_MINUTES: "ten minutes", OURS: "one hour", TEN_HOURS: "ten hours"}
    for name, title in names.items():
        if name not in row["taken"]:
            continue
        memory = f"{max(row['taken'][name]['memory_mb']):.0f} MB"
        aim, met = "-", "-"
        if name == OURS:
            aim = f"{aims['seconds']['wanted']:.0f} s, {aims['memory_mb']['wanted']:.0f} MB"
            met = _yes(aims["seconds"]["met"] and aims["memory_mb"]["met"])
        lines.append(f"| {title} | {_seconds(row, name)} | {memory} | {aim} | {met} |")
    grown = aims["more memory"]
    lines.append(f"| longest / ten minutes | - | {grown['found']:.2f} times | {grown['wanted']:g} times | "
                 f"{_yes(grown['met'])} |")
    return "\n".join([*lines, ""])


def growth_length(results: Results) -> str:
    """What recordings of every length cost, each a process of its own."""
    lines = ["| recording | time | CPU time | peak memory | times real time |", "|---:|---:|---:|---:|---:|"]
    lines += [f"| {_length(one['recording_s'])} | {_told(one['seconds'])} | {_told(one['cpu_s'])} | "
              f"{one['memory_mb']:.0f} MB | {one['recording_s'] / one['seconds']:.0f} |"
              for one in _part(results, "growth")["lengths"]]
    return "\n".join([*lines, ""])


def growth_clips(results: Results) -> str:
    """What folders of more and more clips cost."""
    lines = ["| clips | time | CPU time | milliseconds a clip |", "|---:|---:|---:|---:|"]
    lines += [f"| {one['clips']:,} | {_told(one['seconds'])} | {_told(one['cpu_s'])} | "
              f"{1000 * one['seconds'] / one['clips']:.0f} |" for one in _part(results, "growth")["clips"]]
    return "\n".join([*lines, ""])


def stages(results: Results) -> str:
    """Where the time of a warm answer goes."""
    found: Mapping[str, float] = _part(results, "stages")["milliseconds"]
    whole = sum(found.values())
    lines = ["| stage | milliseconds of one core | share |", "|---|---:|---:|"]
    lines += [f"| {name} | {taken:.1f} | {100 * taken / whole:.0f} % |" for name, taken in found.items()]
    return "\n".join([*lines, f"| all | {whole:.1f} | 100 % |", ""])


def machine(results: Results) -> str:
    """On what all of it was measured, and with which versions."""
    found = results.json("bench")
    here, versions = found["machine"], found["versions"]
    gigaflops = ", ".join(f"{name} {speed / 1e9:.0f}" for name, speed in sorted(found["matrix_speed"].items()))
    rows = {
        "processor": f"{here['processor']}, {here['cores']} cores used", "memory": f"{here['memory_gb']} GB",
        "system": f"{here['system']}, Python {here['python']}",
        "matrix products, one thread": f"{gigaflops} Gflop/s",
        "intone": _list(versions["intone"]), "alternatives": _list(versions["alternatives"]),
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items()), ""])


def _part(results: Results, name: str) -> Any:
    found = results.json("bench")
    if name not in found:
        raise MissingError(f"results/bench.json has no row {name}.")
    return found[name]


def _rows(results: Results) -> Iterator[Any]:
    return (_part(results, name) for name in ROWS)


def _work(row: Mapping[str, Any]) -> str:
    return f"{row['work']}, {row['amount']}" if row["amount"] else str(row["work"])


def _seconds(row: Mapping[str, Any], name: str) -> str:
    return _told(median(row["taken"][name]["seconds"]))


def _beside(row: Mapping[str, Any], name: str) -> str:
    """What an alternative took, and how many times as long that is; a dash where it does not do the work."""
    return f"{_seconds(row, name)} ({_times(row['ratios'][name]['median'])}x)" if name in row["taken"] else "-"


def _told(seconds: float) -> str:
    """Seconds with two or three digits: `0.0452` -> `45 ms`."""
    if seconds < 1:
        return f"{1000 * seconds:.0f} ms"
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds:.0f} s"


def _length(seconds: float) -> str:
    for size, unit in ((3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def _ratio(found: Mapping[str, float]) -> str:
    return f"{_times(found['median'])} ({_times(found['min'])}-{_times(found['max'])})"


def _times(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.1f}" if ratio >= 3 else f"{ratio:.2f}"


def _aim(row: Mapping[str, Any], beside: str, kind: str) -> str:
    """Two cells: what was wanted, and whether it was met."""
    for aim in row["aims"]:
        if aim["beside"] == beside and aim["kind"] == kind:
            return f"{'at least' if kind == 'faster' else 'at most'} {aim['wanted']:g} | {_yes(aim['met'])}"
    return "- | -"


def _yes(met: bool) -> str:
    return "yes" if met else "no"


def _list(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())
