"""As much of Kubernetes's API as dask-kubernetes asks for, over HTTP on 127.0.0.1, for stress/kubernetes.py.

Objects are kept, selected, watched and patched as Kubernetes does it, and those of the operator's kinds are checked by
its definitions. What is deleted waits for its finalizers, and takes along what it owns. There is no TLS, and one user,
with a token, who may do everything. Every group has one version, v1.
"""

import asyncio
import copy
import json
import re
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import jsonpatch
import jsonschema_rs
from aiohttp import WSMsgType, web

Thing = dict[str, Any]
"""An object of Kubernetes, as JSON has it."""

KINDS: dict[str, tuple[str, str, list[str]]] = {
    "pods": ("", "Pod", ["status", "log", "portforward"]), "services": ("", "Service", ["status"]),
    "secrets": ("", "Secret", []), "events": ("", "Event", []), "namespaces": ("", "Namespace", ["status"]),
    "deployments": ("apps", "Deployment", ["status"]),
    "customresourcedefinitions": ("apiextensions.k8s.io", "CustomResourceDefinition", ["status"]),
}
"""Plural -> group, kind and subresources; every version is v1. Definitions add to it."""

WHERE = re.compile(r"/apis?(?:/(?P<group>[a-z.0-9]+\.[a-z.0-9]+|apps))?/v1(?:/namespaces/(?P<namespace>[^/]+))?"
                   r"/(?P<plural>[^/]+)(?:/(?P<name>[^/]+))?(?:/(?P<part>[^/]+))?")


class RefusedError(Exception):
    """A status of HTTP that is not 200, and why."""


class Api:
    """Objects, what became of them, and who owns whom: as much of Kubernetes's API as its clients here ask for."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs
        self.things: dict[tuple[str, str, str], Thing] = {}
        self.history: list[tuple[str, str, Thing]] = []
        self.news = asyncio.Event()
        self.schemas: dict[str, Any] = {}
        self.watched: set[str] = set()
        self.token = uuid.uuid4().hex

    def define(self, definition: Thing) -> None:
        """A custom resource."""
        names, version = definition["spec"]["names"], definition["spec"]["versions"][0]
        KINDS[names["plural"]] = (definition["spec"]["group"], names["kind"], list(version.get("subresources", {})))
        self.schemas[names["plural"]] = jsonschema_rs.validator_for(version["schema"]["openAPIV3Schema"])
        self.create("customresourcedefinitions", "", definition)

    def create(self, plural: str, namespace: str, body: Thing) -> Thing:
        """A new object, without what is null, as Kubernetes drops it."""
        group, kind, _ = KINDS[plural]
        thing: Thing = _without_null({"apiVersion": f"{group}/v1".lstrip("/"), "kind": kind, **body})
        about = thing["metadata"]
        about.setdefault("name", about.get("generateName", "") + uuid.uuid4().hex[:5])
        about |= {"namespace": namespace, "uid": str(uuid.uuid4()), "creationTimestamp": now(), "generation": 1}
        if (plural, namespace, about["name"]) in self.things:
            raise RefusedError(409, f"{plural} {about['name']} already exists")
        if plural == "services":
            thing["status"] = {"loadBalancer": {}}
        self._check(plural, thing)
        self.things[plural, namespace, about["name"]] = thing
        self._keep(plural, thing, "ADDED")
        return thing

    def replace(self, plural: str, old: Thing, new: Thing) -> Thing:
        """A change; it is the end of an object that only waited for its finalizers."""
        new = _without_null(new)
        if new == old:
            return old
        self._check(plural, new)
        self.things[plural, new["metadata"]["namespace"], new["metadata"]["name"]] = new
        self._keep(plural, new, "MODIFIED")
        if "deletionTimestamp" in new["metadata"] and not new["metadata"].get("finalizers") and plural != "pods":
            self.remove(plural, new)
        return new

    def delete(self, plural: str, thing: Thing) -> None:
        """The end of an object, once its finalizers are gone, and for a pod once its process is."""
        if thing["metadata"].get("finalizers") or plural == "pods":
            self.replace(plural, thing, {**thing, "metadata": {"deletionTimestamp": now(), **thing["metadata"]}})
        else:
            self.remove(plural, thing)

    def remove(self, plural: str, thing: Thing) -> None:
        """It is gone, and with it goes what it owned."""
        del self.things[plural, thing["metadata"]["namespace"], thing["metadata"]["name"]]
        self._keep(plural, thing, "DELETED")
        for (kind, _, _), other in list(self.things.items()):
            if any(owner["uid"] == thing["metadata"]["uid"] for owner in other["metadata"].get("ownerReferences", [])):
                self.delete(kind, other)

    def _check(self, plural: str, thing: Thing) -> None:
        for error in self.schemas[plural].iter_errors(thing) if plural in self.schemas else ():
            raise RefusedError(422, f"{plural} {thing['metadata']['name']}: {error}")

    def _keep(self, plural: str, thing: Thing, what: str) -> None:
        thing["metadata"]["resourceVersion"] = str(len(self.history) + 1)
        self.history.append((plural, what, copy.deepcopy(thing)))
        self.news.set()
        self.news = asyncio.Event()

    async def watch(self, since: int = 0) -> AsyncIterator[tuple[str, str, Thing]]:
        """Everything that becomes of objects, after a version."""
        while True:
            while since < len(self.history):
                since += 1
                yield self.history[since - 1]
            await self.news.wait()

    @asynccontextmanager
    async def served(self) -> AsyncIterator[str]:
        """The address at which it is served over HTTP."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
        await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        try:
            if request.headers.get("Authorization") != f"Bearer {self.token}":
                raise RefusedError(401, "who are you?")
            path = request.path.rstrip("/")
            found = WHERE.fullmatch(path)
            if not found:
                return web.json_response(_discovered(path))
            if KINDS.get(found["plural"], ("?",))[0] != (found["group"] or ""):
                raise RefusedError(404, f"{path} is not known")
            if found["part"] == "portforward":
                return await _forwarded(request)
            if found["part"] == "log":
                return web.Response(text=(self.logs / f"{found['name']}.log").read_text())
            if request.method == "GET" and not found["name"]:
                return await self._listed(request, found["plural"], found["namespace"])
            return web.json_response(self._done(request.method, request.content_type, await request.read(), found))
        except RefusedError as refused:
            code, why = refused.args
            return web.json_response({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": why,
                                      "code": code}, status=code)

    def _done(self, method: str, content: str, data: bytes, found: re.Match[str]) -> Thing:
        plural, namespace = found["plural"], found["namespace"] or ""
        body = json.loads(data or "{}")
        if method == "POST":
            return self.create(plural, namespace, body)
        thing = self.things.get((plural, namespace, found["name"]))
        if not thing:
            raise RefusedError(404, f"{plural} {found['name']} not found")
        if method == "DELETE":
            self.delete(plural, thing)
        if method != "PATCH":
            return thing
        if content.startswith("application/json-patch"):
            try:
                new = jsonpatch.apply_patch(thing, body)
            except jsonpatch.JsonPatchException as error:
                raise RefusedError(422, str(error)) from error
        else:
            new = _merged(thing, body)
        if "status" in KINDS[plural][2]:  # each way changes its part alone
            new = {**(thing if found["part"] else new), "status": (new if found["part"] else thing).get("status")}
        return self.replace(plural, thing, new)

    async def _listed(self, request: web.Request, plural: str, namespace: str | None) -> web.StreamResponse:
        def asked(thing: Thing) -> bool:
            return (namespace in (None, thing["metadata"]["namespace"])
                    and _selected(request.query.get("labelSelector", ""), thing["metadata"].get("labels", {}).get)
                    and _selected(request.query.get("fieldSelector", ""), lambda path: _at(thing, path)))

        if request.query.get("watch") != "true":
            items = [thing for (kind, _, _), thing in self.things.items() if kind == plural and asked(thing)]
            group, kind, _ = KINDS[plural]
            return web.json_response({"kind": f"{kind}List", "apiVersion": f"{group}/v1".lstrip("/"), "items": items,
                                      "metadata": {"resourceVersion": str(len(self.history))}})
        self.watched.add(plural)
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(float(request.query.get("timeoutSeconds", 3600))):
                async for changed, what, thing in self.watch(int(request.query.get("resourceVersion", 0))):
                    if changed == plural and asked(thing):
                        await response.write(json.dumps({"type": what, "object": thing}).encode() + b"\n")
        return response


def _discovered(path: str) -> Thing:
    """What there is, by group and version."""
    groups = {group for group, _, _ in KINDS.values()}
    if path == "/version":
        return {"major": "1", "minor": "33", "gitVersion": "v1.33.0"}
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"]}
    if path == "/apis":
        versions = {group: {"groupVersion": f"{group}/v1", "version": "v1"} for group in sorted(groups - {""})}
        return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [
            {"name": group, "versions": [one], "preferredVersion": one} for group, one in versions.items()]}
    asked = path.removeprefix("/apis/").removesuffix("/v1") if path != "/api/v1" else ""
    if asked not in groups:
        raise RefusedError(404, f"{path} is not known")
    verbs = ["create", "delete", "get", "list", "patch", "watch"]
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": f"{asked}/v1".lstrip("/"), "resources": [
        {"name": name, "singularName": kind.lower(), "kind": kind, "verbs": verbs,
         "namespaced": plural not in ("namespaces", "customresourcedefinitions")}
        for plural, (group, kind, parts) in KINDS.items() if group == asked
        for name in (plural, *(f"{plural}/{part}" for part in parts))]}


async def _forwarded(request: web.Request) -> web.StreamResponse:
    """A connection to a port of a pod by WebSocket; a message begins with its channel, 0 for data and 1 for errors."""
    talk, port = web.WebSocketResponse(), int(request.query["ports"])
    await talk.prepare(request)
    for channel in (0, 1):
        await talk.send_bytes(bytes([channel]) + port.to_bytes(2, "little"))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def back() -> None:
        with suppress(ConnectionError):
            while data := await reader.read(2**16):
                await talk.send_bytes(b"\0" + data)
        await talk.close()

    answers = asyncio.create_task(back())
    with suppress(ConnectionError):
        async for message in talk:
            if message.type == WSMsgType.BINARY:
                writer.write(message.data[1:])
                await writer.drain()
    writer.close()
    await answers
    return talk


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _without_null(thing: Any) -> Any:
    if isinstance(thing, dict):
        return {key: _without_null(value) for key, value in thing.items() if value is not None}
    return [_without_null(one) for one in thing] if isinstance(thing, list) else thing


def _merged(thing: Any, patch: Any) -> Any:
    """A merge patch (RFC 7386)."""
    if not isinstance(patch, dict):
        return patch
    old = thing if isinstance(thing, dict) else {}
    return {**old, **{key: _merged(old.get(key), value) for key, value in patch.items()}}


def _at(thing: Any, path: str) -> Any:
    for key in path.split("."):
        thing = thing.get(key, {})
    return thing


def _selected(selector: str, value: Any) -> bool:
    return all(value(key) == wanted for key, wanted in re.findall(r"([^=,]+)==?([^,]*)", selector))
