"""The program for SLURM of docs/batch.md, as it stands, on a SLURM of this machine alone.

    sudo python stress/slurm.py     (make slurm, on Debian or a system made of it)

Installs SLURM, starts it with a configuration in a temporary folder, and runs the program there with a table of twenty
recordings. Its rows are compared with those of local processes, and the jobs that SLURM ran are told.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

from sounds import pcm, voice

PAGE = Path(__file__).resolve().parents[1] / "docs" / "batch.md"
RECORDINGS = 20
SETTINGS = """
ClusterName=here
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
ReturnToService=2
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={megabytes} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def install() -> None:
    """SLURM and munge, by which its parts know each other."""
    if not all(shutil.which(one) for one in ("slurmctld", "slurmd", "sbatch", "munged")):
        subprocess.run(["apt-get", "update", "-qq"], check=True)
        subprocess.run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "slurm-wlm", "munge"], check=True)
    if not Path("/run/munge/munge.socket.2").exists():
        Path("/run/munge").mkdir(exist_ok=True)
        shutil.chown("/run/munge", "munge", "munge")
        subprocess.run(["runuser", "-u", "munge", "--", "munged"], check=True)


@contextmanager
def slurm(folder: Path) -> Iterator[None]:
    """SLURM with one node, this machine, as long as a with block lasts."""
    megabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    host = socket.gethostname().partition(".")[0]
    settings = folder / "slurm.conf"
    settings.write_text(SETTINGS.format(host=host, folder=folder, cpus=os.cpu_count(), megabytes=int(0.9 * megabytes),
                                        ports=_free_ports(2)), "utf-8")
    for name in ("state", "spool"):
        (folder / name).mkdir()
    os.environ["SLURM_CONF"] = str(settings)
    with ExitStack() as stack:
        for words in (["slurmctld", "-D"], ["slurmd", "-D", "-N", host]):
            process = stack.enter_context(subprocess.Popen([*words, "-f", str(settings)], stderr=subprocess.DEVNULL))
            stack.callback(process.send_signal, signal.SIGTERM)
        until = time.monotonic() + 30
        while "idle" not in _said("sinfo", "--noheader", "-o", "%T"):
            assert time.monotonic() < until, (folder / "slurmctld.log").read_text()[-2000:]
            time.sleep(0.5)
        yield
        subprocess.run(["scancel", "--user", "root"], check=False)


def _free_ports(number: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(number)]
        return [one.getsockname()[1] for one in sockets]


def _said(*words: str) -> str:
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout


def main() -> int:
    """Run it; the exit status is 1 where a row differs."""
    program = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)[0]
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    install()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "calls.csv").write_text("audio_url\n" + "".join(f"{one}.wav\n" for one in range(RECORDINGS)), "utf-8")
        for one in range(RECORDINGS):
            (folder / f"{one}.wav").write_bytes(pcm(voice(2, 100 + 10 * one), 16_000))
        with slurm(folder):
            begun = time.monotonic()
            ran = subprocess.run([sys.executable, "-c", program], cwd=folder, check=False)
            took = time.monotonic() - begun
            jobs = _said("squeue", "--noheader", "--states", "all", "-o", "%T %N").split("\n")
        assert ran.returncode == 0
        subprocess.run(["intone", "batch", "calls.csv", "--column", "audio_url", "--to", "local"], cwd=folder, check=True)
        import pandas as pd

        by_slurm, here = (pd.read_parquet(folder / name / "recordings") for name in ("calls", "local"))
        same = by_slurm.equals(here) and len(here) == RECORDINGS and here["label"].notna().all()
    ended = sum(one.startswith("CANCELLED") and not one.endswith(" ") for one in jobs)
    print(f"{RECORDINGS} recordings by SLURM in {took:.0f} s, {len(jobs) - 1} jobs, of which {ended} had begun: the rows are "
          f"{'' if same else 'NOT '}those of local processes.")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
