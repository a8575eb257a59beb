"""The command of docs/training.md for several processes does what it says, as it stands."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from intone.recognition.model_file import RECOGNIZER
from intone.training.history import read_history
from intone.training.run import HISTORY
from small_corpus import write_corpus, write_crema_d
from tiny_encoder import write_encoder

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "training.md").read_text(encoding="utf-8")
TORCHRUN = re.search(r"^torchrun .*", PAGE, re.MULTILINE)[0]


def in_hub_cache(encoder: Path, name: str, home: Path) -> None:
    """An encoder where a download of this name would have put it."""
    repository, commit = home / "hub" / f"models--{name.replace('/', '--')}", "0" * 40
    shutil.copytree(encoder, repository / "snapshots" / commit)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(commit)


@pytest.mark.skipif(sys.platform != "linux", reason="torchrun binds to addresses that others refuse")
def test_torchrun_trains_in_two_processes(tmp_path: Path) -> None:
    write_corpus(tmp_path / "ravdess", actors=(1, 2, 3, 4))
    write_crema_d(tmp_path / "crema-d", {1001: "Male", 1002: "Female", 1003: "Female", 1004: "Male"})
    in_hub_cache(write_encoder(tmp_path / "tiny", layers=4), "openai/whisper-base", tmp_path / "home")
    environment = {**os.environ, "HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1",
                   "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    ran = subprocess.run(shlex.split(TORCHRUN), cwd=tmp_path, env=environment, capture_output=True, text=True,
                         timeout=300, check=False)
    assert ran.returncode == 0, ran.stderr
    run = tmp_path / "runs" / "tuned"
    assert len(read_history(run / HISTORY)) == 8
    assert (run / RECOGNIZER).is_file()
