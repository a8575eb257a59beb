"""What docs/batch.md says is run as it stands: every command, and what the programs describe."""

import contextlib
import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pandas as pd
import pytest
from moto.server import ThreadedMotoServer

from sounds import encode, pcm, voice

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "batch.md").read_text("utf-8")
COMMANDS = re.findall(r"^intone batch .*$", PAGE, re.MULTILINE)
PROGRAMS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
SCHEDULER = re.search(r"tcp://([\w.]+):(\d+)", PAGE)
NAMED = ["unshare", "--map-root-user", "--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"']
"""Words before a command that let it know the names in a file of hosts, by a namespace of mounts."""

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="a name for a scheduler needs a namespace of mounts")


@pytest.fixture(scope="module")
def store() -> Iterator[dict[str, str]]:
    """An object store on this machine with the recordings of the page, as an environment."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    there = "http://{}:{}".format(*server.get_host_and_port())
    environment = {"AWS_ENDPOINT_URL": there, "AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "knows",
                   "AWS_DEFAULT_REGION": "us-east-1"}
    s3 = boto3.client("s3", endpoint_url=there, aws_access_key_id="nobody", aws_secret_access_key="knows",
                      region_name="us-east-1")
    s3.create_bucket(Bucket="calls")
    for name, pitch in (("01/a.wav", 110), ("01/b.wav", 150), ("02/c.wav", 200)):
        s3.put_object(Bucket="calls", Key=f"2026/{name}", Body=pcm(voice(2, pitch), 16_000))
    yield environment
    server.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What lies where the commands are given."""
    for name in ("03-01-01-01-01-01-02.wav", "03-01-05-01-01-01-02.wav"):
        path = tmp_path / "ravdess" / "Actor_02" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pcm(voice(2, 200), 16_000))
    for name in ("anna.m4a", "later/bert.m4a", "later/still/cleo.m4a"):
        path = tmp_path / "interviews" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encode(voice(3, 150), "m4a"))
    (tmp_path / "calls.csv").write_text("caller,audio_url\nanna,s3://calls/2026/01/a.wav\nbert,s3://calls/2026/02/c.wav\n",
                                        "utf-8")
    return tmp_path


@contextlib.contextmanager
def scheduler(environment: dict[str, str], folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A Dask cluster under the name that the page uses, on a free port.

    Yields the port, and words that let a command know the cluster by that name.
    """
    (folder / "hosts").write_text(f"127.0.0.1 localhost {SCHEDULER[1]}\n", "utf-8")
    known = [*NAMED, str(folder / "hosts")]
    if subprocess.run([*known, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody make a namespace of mounts, by which the scheduler has its name")
    told = folder / "scheduler.json"
    with contextlib.ExitStack() as stack:
        for words in (["scheduler", "--host", "127.0.0.1", "--port", 0, "--no-dashboard", "--scheduler-file", told],
                      ["worker", "--scheduler-file", told, "--nthreads", 1, "--no-dashboard",
                       "--local-directory", folder / "worker"]):
            process = stack.enter_context(subprocess.Popen([sys.executable, "-m", "dask", *map(str, words)],
                                                           env=environment, stderr=subprocess.DEVNULL))
            stack.callback(process.terminate)
            while not told.is_file() or not told.read_text("utf-8").endswith("}"):
                assert process.poll() is None, "the scheduler has ended"
                time.sleep(0.05)
        yield json.loads(told.read_text("utf-8"))["address"].rpartition(":")[2], known


def test_the_page_has_commands_and_programs() -> None:
    assert len(COMMANDS) >= 6 and len(PROGRAMS) == 2


@ON_LINUX
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_does_as_it_stands(command: str, store: dict[str, str], folder: Path) -> None:
    words = shlex.split(command)
    environment = {**os.environ, **store, "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    with contextlib.ExitStack() as stack:
        port, known = stack.enter_context(scheduler(environment, folder)) if SCHEDULER[0] in words else ("", [])
        words = [word.replace(f":{SCHEDULER[2]}", f":{port}") if word == SCHEDULER[0] else word for word in words]
        ran = subprocess.run([*known, *words], cwd=folder, env=environment, capture_output=True, text=True, timeout=120,
                             check=False)
    assert ran.returncode == 0, ran.stderr
    wanted = {"ravdess/Actor_02": 2, "interviews/**/*.m4a": 3, "calls.csv": 2, "s3://calls/2026/": 3}[words[2]]
    assert f"{wanted} recordings" in ran.stdout
    if "--dry-run" in words:
        return
    to = folder / words[words.index("--to") + 1]
    found = {".csv": pd.read_csv, ".jsonl": lambda path: pd.read_json(path, lines=True),
             "": lambda path: pd.read_parquet(path / "recordings")}[to.suffix](to)
    assert len(found) == wanted
    assert found.get("error", pd.Series()).isna().all() and found["label"].notna().all()


def test_jobs_for_slurm_run_a_worker_of_this_environment() -> None:
    from dask_jobqueue.slurm import SLURMCluster

    asked = re.search(r"SLURMCluster\((.*?)\)", PROGRAMS[0])[1]
    with eval(f"SLURMCluster({asked}, scheduler_options={{'dashboard_address': '127.0.0.1:0'}})", {"SLURMCluster": SLURMCluster}) as cluster:
        script = cluster.job_script()
    assert "#SBATCH --mem=2G" in script and "#SBATCH --cpus-per-task=1" in script and "#SBATCH -t 04:00:00" in script
    assert re.search(rf"^{re.escape(sys.executable)} -m distributed\.cli\.dask_worker .*--nthreads 1 ", script, re.MULTILINE)


def test_the_container_file_is_as_it_should_be() -> None:
    file = Path(__file__).resolve().parents[2] / "Containerfile"
    ran = subprocess.run([Path(sys.executable).parent / "hadolint", file], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "")
