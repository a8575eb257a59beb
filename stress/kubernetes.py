"""The program for Kubernetes of docs/batch.md, as it stands, on a stand-in for Kubernetes on this machine.

    python stress/kubernetes.py     (make kubernetes, on Linux that lets its users make namespaces, with unshare and ip)

What is real: the program, dask-kubernetes and its operator, which makes Deployments, a Service and a worker group of
what the program asks for, and the environment that the Containerfile makes for EXTRAS=cluster,s3. What stands in:
`kubernetes_api.Api` for Kubernetes's API, and `Node` for what makes pods of Deployments and runs them. A container is a
process of this machine with the variables that its pod names and no others, whatever the image, and without limits of
resources. Pods, and they alone, know the Service by its name; all addresses are 127.0.0.1. The program stands outside
of the cluster and reaches the scheduler through a port that the API forwards. Everything runs in a network of its own,
which nothing else reaches, and among processes of its own, which end with it.

The rows are compared with those of local processes, and neither objects nor processes may be left.
"""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import os
import re
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests" / "support"))

if TYPE_CHECKING:
    from kubernetes_api import Api, Thing

ROOT = Path(__file__).resolve().parents[1]
PROGRAM = re.findall(r"^```python\n(.*?)^```$", (ROOT / "docs" / "batch.md").read_text("utf-8"), re.M | re.S)[1]
CLIENT, IMAGE = ROOT / "build" / "kubernetes" / "client", ROOT / "build" / "kubernetes" / "image"
PINNED = ["dask-kubernetes==2026.3.0", "kr8s==0.20.15", "kopf==1.45.2"]
RECORDINGS = 20
PATIENCE_S = 900
NAMED = ["unshare", "--map-root-user", "--mount", "sh", "-c", 'mount --bind "$0" /etc/hosts && exec "$@"']
"""Words before a command that let it know the names in a file of hosts, by a namespace of mounts."""


class Node:
    """What makes the pods of Deployments, one each, and runs them as processes of this machine."""

    def __init__(self, api: Api, folder: Path) -> None:
        self.api, self.folder = api, folder
        self.ended: list[str] = []
        self.processes: dict[str, asyncio.subprocess.Process] = {}

    async def run(self) -> None:
        """As long as it is let."""
        async with asyncio.TaskGroup() as pods:
            async for plural, what, thing in self.api.watch():
                about = thing["metadata"]
                if (plural, what) == ("deployments", "ADDED"):
                    template = thing["spec"]["template"]
                    owner = {"apiVersion": "apps/v1", "kind": "Deployment", "name": about["name"], "uid": about["uid"]}
                    self.api.create("pods", about["namespace"], {"spec": copy.deepcopy(template["spec"]), "metadata": {
                        "generateName": f"{about['name']}-", "ownerReferences": [owner],
                        "labels": dict(template["metadata"]["labels"])}, "status": {"phase": "Pending"}})
                elif (plural, what) == ("pods", "ADDED"):
                    pods.create_task(self._pod(thing))
                elif plural == "pods" and "deletionTimestamp" in about and about["name"] in self.processes:
                    with suppress(ProcessLookupError):
                        self.processes[about["name"]].terminate()

    async def _pod(self, pod: Thing) -> None:
        """Its only container, started again when it ends by itself; gone with its process when it is deleted."""
        [container], about = pod["spec"]["containers"], pod["metadata"]
        where = ("pods", about["namespace"], about["name"])
        environment = {"PATH": f"{IMAGE / 'bin'}:/usr/bin:/bin", "HOME": str(self.folder)}
        for (plural, namespace, name), service in self.api.things.items():
            if (plural, namespace) == ("services", about["namespace"]):
                variable, port = name.upper().replace("-", "_"), service["spec"]["ports"][0]["port"]
                environment |= {f"{variable}_SERVICE_HOST": "127.0.0.1", f"{variable}_PORT": f"tcp://127.0.0.1:{port}"}
        for source in container.get("envFrom", []):
            environment |= self.api.things["secrets", about["namespace"], source["secretRef"]["name"]]["stringData"]
        environment |= {one["name"]: one["value"] for one in container.get("env", [])}
        words = [re.sub(r"\$\((\w+)\)", lambda found: environment[found[1]], one) for one in container["args"]]

        def tell(state: Thing, ready: bool) -> None:
            known = self.api.things[where]
            self.api.replace("pods", known, {**known, "status": {
                "phase": "Running", "podIP": "127.0.0.1",
                "containerStatuses": [{"name": container["name"], "state": state}],
                "conditions": [{"type": one, "status": str(ready)} for one in ("ContainersReady", "Ready")]}})

        async def probed() -> None:
            await _ready(container)
            tell({"running": {}}, ready=True)

        while "deletionTimestamp" not in self.api.things[where]["metadata"]:
            with (self.folder / f"{about['name']}.log").open("ab") as log:
                process = await asyncio.create_subprocess_exec(
                    *NAMED, str(self.folder / "hosts"), *words, env=environment, cwd=self.folder,
                    stdout=log, stderr=log)
            self.processes[about["name"]] = process
            if "deletionTimestamp" in self.api.things[where]["metadata"]:
                process.terminate()
            tell({"running": {}}, ready=False)
            readiness = asyncio.create_task(probed())
            await process.wait()
            readiness.cancel()
            if "deletionTimestamp" not in self.api.things[where]["metadata"]:
                self.ended.append(about["name"])
                tell({"waiting": {"reason": "CrashLoopBackOff"}}, ready=False)
                await asyncio.sleep(10)
        self.api.remove("pods", self.api.things[where])


async def _ready(container: Thing) -> None:
    """Until its readiness probe is answered."""
    import aiohttp

    probe = container.get("readinessProbe", {}).get("httpGet")
    if probe:
        port = next(one["containerPort"] for one in container["ports"] if one["name"] == probe["port"])
        async with aiohttp.ClientSession() as session:
            while True:
                with suppress(aiohttp.ClientError):
                    async with session.get(f"http://127.0.0.1:{port}{probe['path']}") as response:
                        if response.ok:
                            return
                await asyncio.sleep(1)


def install() -> None:
    """The environment of the image, as the Containerfile makes it, and this one with dask-kubernetes."""
    changed = max(path.stat().st_mtime for path in (ROOT / "pyproject.toml", ROOT / "constraints.txt", Path(__file__)))
    for folder, words in ((IMAGE, ["--editable", f"{ROOT}[cluster,s3]"]), (CLIENT, PINNED)):
        done = folder / "done"
        if done.exists() and done.stat().st_mtime > changed:
            continue
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        if folder == CLIENT:
            also = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
            Path(sysconfig.get_path("purelib", vars={"base": str(folder)}), "also.pth").write_text(also, "utf-8")
        subprocess.run([folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                        "-c", ROOT / "constraints.txt", *words], check=True)
        done.touch()


@contextmanager
def store() -> Iterator[dict[str, str]]:
    """The recordings that the program asks for, in a store on this machine, as an environment."""
    import boto3
    from moto.server import ThreadedMotoServer

    from sounds import pcm, voice

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    there = "http://{}:{}".format(*server.get_host_and_port())
    s3 = boto3.client("s3", endpoint_url=there, aws_access_key_id="nobody", aws_secret_access_key="knows",
                      region_name="us-east-1")
    s3.create_bucket(Bucket="calls")
    for one in range(RECORDINGS):
        s3.put_object(Bucket="calls", Key=f"2026/{one:02}.wav", Body=pcm(voice(2, 100 + 10 * one), 16_000))
    yield {"AWS_ENDPOINT_URL": there, "AWS_ACCESS_KEY_ID": "nobody", "AWS_SECRET_ACCESS_KEY": "knows",
           "AWS_DEFAULT_REGION": "us-east-1"}
    server.stop()


def _definitions() -> Iterator[Thing]:
    """What the operator defines, from its own package."""
    import yaml

    chart = "dask_kubernetes/operator/deployment/helm/dask-kubernetes-operator/crds/*.yaml"
    for path in sorted(Path(sysconfig.get_path("purelib")).glob(chart)):
        yield yaml.load(path.read_text("utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


async def compare(folder: Path, keys: dict[str, str]) -> bool:
    """Run the program, then the same without a cluster; whether the rows are the same, and nothing is left."""
    import pandas as pd
    import psutil

    from kubernetes_api import Api

    api = Api(folder)
    node = Node(api, folder)
    for definition in _definitions():
        api.define(definition)
    api.create("secrets", "default", {"metadata": {"name": "calls"}, "stringData": keys})
    (folder / "hosts").write_text("127.0.0.1 localhost intone-scheduler.default.svc.cluster.local\n", "utf-8")
    environment = {**os.environ, **keys, "KUBECONFIG": str(folder / "kubeconfig")}
    async with api.served() as address:
        (folder / "kubeconfig").write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "here",
            "clusters": [{"name": "here", "cluster": {"server": address}}],
            "users": [{"name": "here", "user": {"token": api.token}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "here", "namespace": "default"}}],
        }), "utf-8")
        nodes = asyncio.create_task(node.run())
        with (folder / "operator.log").open("wb") as log:
            operator = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "kopf", "run", "-m", "dask_kubernetes.operator.controller", "--all-namespaces",
                cwd=folder, env=environment, stdout=log, stderr=log)
        while "daskclusters" not in api.watched and operator.returncode is None:
            await asyncio.sleep(0.5)
        begun = time.monotonic()
        program = await asyncio.create_subprocess_exec(sys.executable, "-c", PROGRAM, cwd=folder, env=environment)
        ended = asyncio.create_task(program.wait())
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.wait([ended, nodes], return_when=asyncio.FIRST_COMPLETED)
        if nodes.done():
            nodes.result()
        status = await ended
        took = time.monotonic() - begun
        kept = ("secrets", "events", "customresourcedefinitions")
        until = time.monotonic() + 60
        while (left := [" ".join(key) for key in api.things if key[0] not in kept]) and time.monotonic() < until:
            await asyncio.sleep(0.5)
        operator.terminate()
        await operator.wait()
        nodes.cancel()
    processes = [one.info for one in psutil.process_iter(["pid", "name", "status"]) if one.pid not in (1, os.getpid())]
    logs = {path.name: path.read_text("utf-8") for path in folder.glob("*.log")}
    if status or left or processes or node.ended:
        print(f"The program ended with {status}. Left: {left}, {processes}. Ended by themselves: {node.ended}", *(
            f"{name}:\n{text[-3000:]}" for name, text in logs.items()), sep="\n")
        return False
    subprocess.run(["intone", "batch", "s3://calls/2026/", "--to", "local"], cwd=folder, env=environment, check=True)
    on_pods, local = (pd.read_parquet(folder / name / "recordings") for name in ("calls", "local"))
    same = on_pods.equals(local) and len(local) == RECORDINGS and local["label"].notna().all()
    began = sum(text.count("Register worker") for name, text in logs.items() if "scheduler" in name)
    workers = len(node.processes) - 1
    print(f"{RECORDINGS} recordings by a stand-in for Kubernetes in {took:.0f} s, {workers} pods of workers, of "
          f"which {began} had begun: the rows are {'' if same else 'NOT '}those of local processes; nothing is left.")
    return bool(same)


def main() -> int:
    """Run it, in namespaces of its own; the exit status is 1 where a row differs or something is left."""
    if "--inside" not in sys.argv:
        install()
        os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        apart = ["unshare", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--mount-proc",
                 "sh", "-c", 'ip link set lo up && "$@"; exit $?', "sh"]
        return subprocess.run([*apart, CLIENT / "bin" / "python", __file__, "--inside"], check=False).returncode
    with tempfile.TemporaryDirectory() as temporary, store() as keys:
        return 0 if asyncio.run(compare(Path(temporary), keys)) else 1


if __name__ == "__main__":
    sys.exit(main())
