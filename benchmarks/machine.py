"""The machine at hand, and what is installed on it."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from intone import __version__

OURS = ("av", "numpy", "onnxruntime", "soxr")
"""Packages that intone's speed depends on."""


def machine() -> dict[str, Any]:
    """What the figures were measured on; the cores are those that the contestants may use."""
    return {"processor": _processor(), "cores": len(os.sched_getaffinity(0)), "memory_gb": round(_memory() / 2**30),
            "system": f"{platform.system()} {platform.machine()}", "python": platform.python_version()}


def ours() -> dict[str, str]:
    """Versions of intone and of what it stands on."""
    return {"intone": __version__, **{name: version(name) for name in OURS}}


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
