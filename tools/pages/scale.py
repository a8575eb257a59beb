"""Many recordings through every engine, and the arithmetic for a million calls."""

from pages.committed import Results

MILLION = 1_000_000
CORES = (10, 100, 1000)


def runs(results: Results) -> str:
    """The same recordings through every engine, and whether their rows are the same."""
    lines = ["| workers | recordings | seconds | first result after | peak memory of a worker | workers lost | rows "
             "that differ |", "|---|---:|---:|---:|---:|---:|---:|"]
    for name, one in results.json("scale")["runs"].items():
        lines.append(f"| {name} | {one['rows']:,} | {one['seconds']:.0f} | {one['first_s']:.1f} s | "
                     f"{one['worker_mb']} MB | {one['kills']} | {one['differ']} |")
    return "\n".join([*lines, ""])


def costs(results: Results) -> str:
    """What an hour of calls costs."""
    found = results.json("scale")["costs"]
    hours, written = found["hours"], found["bytes_written"]
    kilobytes = ", ".join(f"{name.lstrip('.-')} {size / hours / 1000:.0f} kB" for name, size in written.items())
    return "\n".join([
        "| one hour of calls | |", "|---|---|",
        f"| seconds of one core | {found['cpu_s'] / hours:.0f} |",
        f"| read | {found['bytes_read'] / hours / 1e6:.1f} MB |",
        f"| written | {kilobytes} |",
        f"| segments of speech | {found['segments'] / hours:.0f} |",
        f"| peak memory of a worker | {found['worker_mb']} MB |", ""])


def million(results: Results) -> str:
    """A million such calls on some cores: hours, what is read, what a scheduler hands out."""
    found = results.json("scale")
    one, rate = found["costs"], found["handed_out"]["Dask"]
    core_hours = one["cpu_s"] / one["calls"] * MILLION / 3600
    lines = ["| cores | hours | read from the store | calls scheduled | load of one scheduler |",
             "|---:|---:|---:|---:|---:|"]
    for cores in CORES:
        hours = core_hours / cores / efficiency(results)
        a_second = MILLION / hours / 3600
        lines.append(f"| {cores:,} | {hours:,.1f} | {a_second * one['bytes_read'] / one['calls'] / 1e6:.1f} MB/s | "
                     f"{a_second:.1f} a second | {100 * a_second / rate:.0f} % |")
    return "\n".join([*lines, ""])


def efficiency(results: Results) -> float:
    """Parallel efficiency with two workers: the median of the turns."""
    turns = results.json("scale")["efficiency"]
    ratios = sorted(one / (2 * two) for one, two in zip(turns["one"], turns["two"], strict=True))
    return float(ratios[len(ratios) // 2])


def efficiency_text(results: Results) -> str:
    """The efficiency for a sentence, with its extremes."""
    turns = results.json("scale")["efficiency"]
    ratios = sorted(one / (2 * two) for one, two in zip(turns["one"], turns["two"], strict=True))
    return f"{efficiency(results):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"


def handed_out(results: Results) -> str:
    """Recordings a second that Dask schedules where an analysis takes no time."""
    return f"{results.json('scale')['handed_out']['Dask']:.0f}"


def short_cores(results: Results) -> str:
    """Cores that one scheduler keeps busy with recordings as short as those of the runs."""
    found = results.json("scale")
    seconds = found["runs"]["one process"]["seconds"] / found["recordings"]
    return f"{found['handed_out']['Dask'] * seconds:.0f}"
