"""What files that are wrong, and work that was killed, came to."""

from pages.committed import Results


def fuzz(results: Results) -> str:
    """Files that are wrong in every way, by what came of them."""
    found = results.json("fuzz")
    outcomes = sorted(found["results"].items(), key=lambda one: -one[1])
    lines = ["| files | answered | refused with a sentence | harm | slowest | median | most memory of a process |",
             "|---|---|---|---|---|---|---|"]
    answered = found["results"].get("answer", 0)
    lines.append(f"| {found['files']:,} | {answered:,} | {found['files'] - answered - len(found['harm']):,} | "
                 f"{len(found['harm'])} | {found['slowest_s']:.1f} s | {found['median_ms']:.0f} ms | "
                 f"{found['most_memory_mb']} MB |")
    kinds = ", ".join(f"{count:,} {name}" for name, count in sorted(found["kinds"].items(), key=lambda one: -one[1]))
    errors = ", ".join(f"{count:,} {name}" for name, count in outcomes if name != "answer")
    return "\n".join([*lines, "", f"Made: {kinds}. Refused: {errors}.", ""])


def faults(results: Results) -> str:
    """Work that was killed and started again."""
    lines = ["| work | seconds undisturbed | files that it writes | killed at work | ended otherwise |",
             "|---|---|---|---|---|"]
    for name, one in results.json("faults").items():
        lines.append(f"| {name} | {one['seconds']:.1f} | {one['files']} | {one['kills']} | {len(one['lost'])} |")
    return "\n".join([*lines, ""])
