"""The results of fuzzing, of disturbed work, and of a server under load and under attack."""

from pages.committed import Results


def fuzz(results: Results) -> str:
    """Malformed files, by their outcome."""
    found = results.json("fuzz")
    answered = found["results"].get("answer", 0)
    row = {
        "files": f"{found['files']:,}", "answered": f"{answered:,}",
        "refused with an error message": f"{found['files'] - answered - len(found['harm']):,}",
        "failures": f"{len(found['harm'])}", "slowest": f"{found['slowest_s']:.1f} s",
        "median": f"{found['median_ms']:.0f} ms", "slowest bomb": f"{found['slowest_bomb_s']:.1f} s",
        "most memory above the idle process": f"{found['most_above_idle_mb']} MB",
    }
    return "\n".join([f"| {' | '.join(row)} |", len(row) * "|---" + "|", f"| {' | '.join(row.values())} |", ""])


def fuzz_kinds(results: Results) -> str:
    """How many files of each kind were made."""
    lines = ["| what was done to a file | files |", "|---|---:|"]
    for name, count in sorted(results.json("fuzz")["kinds"].items(), key=lambda one: -one[1]):
        lines.append(f"| {name} | {count:,} |")
    return "\n".join([*lines, ""])


TROUBLES = ("killed", "disk full", "read-only", "clock back", "two at once")


def faults(results: Results) -> str:
    """Work that was interrupted and started again."""
    lines = [f"| work | seconds uninterrupted | files written | {' | '.join(TROUBLES)} | ended otherwise |",
             "|---|---|---|" + len(TROUBLES) * "---|" + "---|"]
    for name, one in results.json("faults").items():
        struck = [str(one[trouble]["struck"]) if trouble in one else "" for trouble in TROUBLES]
        lost = sum(len(one[trouble]["lost"]) for trouble in TROUBLES if trouble in one)
        lines.append(f"| {name} | {one['seconds']:.1f} | {one['files']} | {' | '.join(struck)} | {lost} |")
    return "\n".join([*lines, ""])


def parsers(results: Results) -> str:
    """Coverage-guided fuzzing of each parser."""
    lines = ["| parsed | inputs | branches reached | findings |", "|---|---:|---:|---:|"]
    for name, one in results.json("parsers")["targets"].items():
        lines.append(f"| {name} | {one['inputs']:,} | {one['reached']} | {len(one['findings'])} |")
    return "\n".join([*lines, ""])


def load(results: Results) -> str:
    """The page at twice its capacity."""
    found = results.json("load")
    memory, end = found["memory"], found["ending"]
    slope = f"{memory['rise_mb_a_minute']:.2f} MB a minute" if found["minutes"] >= 2 else "too short a run to tell"
    lines = ["| what | |", "|---|---|",
             f"| machine | {found['machine']['cores']} cores, {found['machine']['processor']}, Python "
             f"{found['machine']['python']} |",
             f"| capacity | {found['capacity']:.1f} answers a second |",
             f"| asked for | {found['asked_a_second']:.1f} a second, {found['minutes']:g} minutes |",
             f"| requests | {found['requests']:,} |",
             f"| answered, each correct for its file | {found['answers']:,} |",
             f"| refused with Retry-After | {found['refused']:,} |",
             f"| anything else | {found['wrong']} |",
             f"| seconds to an answer: median, 99th percentile | {found['p50_s']:.2f}, {found['p99_s']:.2f} |",
             f"| memory, minute by minute | {', '.join(f'{one:.0f}' for one in memory['minutes_mb'])} MB |",
             f"| slope of the memory after the first minute | {slope} |",
             f"| ended with {end['in_flight']} requests in flight | {end['answered']} answered, "
             f"{end['refused'] + end['not_begun']} refused, {end['cut']} cut; {end['seconds']:.1f} s |"]
    return "\n".join([*lines, ""])


def load_clients(results: Results) -> str:
    """Throughput and latency, by the number of concurrent clients."""
    lines = ["| concurrent clients | answers a second | median | 99th percentile | refused with Retry-After | "
             "anything else |", "|---:|---:|---:|---:|---:|---:|"]
    for number, one in results.json("load")["clients"].items():
        lines.append(f"| {number} | {one['answers_a_second']:.1f} | {one['p50_s']:.2f} s | {one['p99_s']:.2f} s | "
                     f"{one['refused']} of {one['requests']} | {one['wrong']} |")
    return "\n".join([*lines, ""])


def attacks(results: Results) -> str:
    """What a client can do to the page with little."""
    lines = ["| attack | sent | memory above idle | processor time | the clients were told | a visitor was told "
             "meanwhile |", "|---|---:|---:|---:|---|---|"]
    for name, one in results.json("attack")["attacks"].items():
        lines.append(f"| {name} | {_size(one['bytes'])} | {one['mb']:.0f} MB | {one['cpu_s']:.0f} s | "
                     f"{_statuses(one['said'])} | {_statuses(one['visitor'])} |")
    return "\n".join([*lines, ""])


def attack_others(results: Results) -> str:
    """Attacks of another kind."""
    lines = ["| attack | what came |", "|---|---|"]
    lines += [f"| {name} | {one['said']} |" for name, one in results.json("attack")["others"].items()]
    return "\n".join([*lines, ""])


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e6 else f"{count / 1e3:.0f} kB"


def _statuses(counted: dict[str, int]) -> str:
    return ", ".join(f"{f'{count} times ' if count > 1 else ''}{'nothing' if status == '0' else status}"
                     for status, count in counted.items())
