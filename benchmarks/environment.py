"""The alternatives' own environment, which is made where it is missing: they are no part of intone."""

import hashlib
import json
import subprocess
import sys
import venv
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOME = HERE.parent / "runs" / "bench-env"
REQUIREMENTS = HERE / "requirements.txt"
ALTERNATIVES = HERE / "alternatives"

VERSIONS = """
import json, sys
from importlib.metadata import version
print(json.dumps({name: version(name) for name in sys.argv[1:]}))
"""


def python() -> Path:
    """The Python of the environment; the first time this installs a few gigabytes."""
    here = HOME / "venv" / "bin" / "python"
    ready, wanted = HOME / "venv" / "ready", hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if not ready.is_file() or ready.read_text() != wanted:  # also where an installation was interrupted
        venv.create(HOME / "venv", with_pip=True)
        print("installing the alternatives into runs/bench-env ...", file=sys.stderr)
        subprocess.run([here, "-m", "pip", "install", "--quiet", "-r", REQUIREMENTS], check=True)
        ready.write_text(wanted)
    return here


def models() -> Path:
    """The folder of the alternatives' models: right in shape, with random weights. Made where they are missing."""
    folder = HOME / "models"
    for name in ("original", "pipeline", "egemaps"):
        if not (folder / name).is_dir():
            subprocess.run([python(), ALTERNATIVES / f"{name}.py", "make", folder / name], check=True)
    return folder


def versions() -> dict[str, str]:
    """What is installed there of the packages that the requirements name."""
    names = [line.partition("==")[0] for line in REQUIREMENTS.read_text().splitlines() if "==" in line]
    told = subprocess.run([python(), "-c", VERSIONS, *names], stdout=subprocess.PIPE, check=True)
    found: dict[str, str] = json.loads(told.stdout)
    return found
