"""What files that are wrong, and work that was killed, came to."""

from pages.committed import Results


def fuzz(results: Results) -> str:
    """Files that are wrong in every way, by what came of them."""
    found = results.json("fuzz")
    lines = ["| files | answered | refused with a sentence | harm | slowest | median | most memory of a process |",
             "|---|---|---|---|---|---|---|"]
    answered = found["results"].get("answer", 0)
    lines.append(f"| {found['files']:,} | {answered:,} | {found['files'] - answered - len(found['harm']):,} | "
                 f"{len(found['harm'])} | {found['slowest_s']:.1f} s | {found['median_ms']:.0f} ms | "
                 f"{found['most_memory_mb']} MB |")
    return "\n".join([*lines, ""])


def fuzz_kinds(results: Results) -> str:
    """How many files of each kind were made."""
    lines = ["| what was done to a file | files |", "|---|---:|"]
    for name, count in sorted(results.json("fuzz")["kinds"].items(), key=lambda one: -one[1]):
        lines.append(f"| {name} | {count:,} |")
    return "\n".join([*lines, ""])


def faults(results: Results) -> str:
    """Work that was killed and started again."""
    lines = ["| work | seconds undisturbed | files that it writes | killed at work | ended otherwise |",
             "|---|---|---|---|---|"]
    for name, one in results.json("faults").items():
        lines.append(f"| {name} | {one['seconds']:.1f} | {one['files']} | {one['kills']} | {len(one['lost'])} |")
    return "\n".join([*lines, ""])
