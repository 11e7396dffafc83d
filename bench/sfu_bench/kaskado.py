"""Kaskado as the server under load: its process, and how peers join it."""
import asyncio
import json
import os
import pathlib
import socket
import tempfile

from . import paths, processes
from .json_rpc import JsonRpc

START_SECONDS = 10


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def write_configuration(directory, port, shards):
    modules = directory / "modules" / "kurento"
    modules.mkdir(parents=True)
    (modules / "WebRtcEndpoint.conf.ini").write_text("networkInterfaces=lo\n")
    websocket = {"address": "127.0.0.1", "port": port, "path": "kurento"}
    document = {"mediaServer": {"shards": shards, "net": {"websocket": websocket}}}
    (directory / "kurento.conf.json").write_text(json.dumps(document))


class Kaskado:
    name = "kaskado"
    address = "127.0.0.1"

    def __init__(self, child, directory, rpc):
        self.pid = child.pid
        self._child = child
        self._directory = directory
        self._rpc = rpc
        self._pipelines = {}
        self._endpoints = {}

    @classmethod
    async def start(cls, options, *arguments):
        """`arguments` are further ones of the server's command line."""
        directory = tempfile.TemporaryDirectory(prefix="kaskado-bench-")
        port = free_port()
        write_configuration(pathlib.Path(directory.name), port, options.shards)
        command = [options.build / paths.KASKADO, "-f", f"{directory.name}/kurento.conf.json",
                   "-c", f"{directory.name}/modules", *arguments]
        with open(options.log or os.devnull, "ab") as log:
            child = await processes.start(command, options.server_cpu, options.nice, stdout=log, stderr=log)
        try:
            return cls(child, directory, await cls._connect(child, f"ws://127.0.0.1:{port}/kurento"))
        except BaseException:
            await processes.stop(child)
            directory.cleanup()
            raise

    @staticmethod
    async def _connect(child, url):
        for _ in range(START_SECONDS * 20):
            if child.returncode is not None:
                raise RuntimeError(f"the server ended at once with {child.returncode}; --log has its words")
            try:
                return await JsonRpc.connect(url)
            except OSError:
                await asyncio.sleep(0.05)
        raise RuntimeError(f"the server does not listen after {START_SECONDS} s")

    async def stop(self):
        try:
            await asyncio.wait_for(self._rpc.close(), 2)
        except asyncio.TimeoutError:
            pass
        code = await processes.stop(self._child)
        self._directory.cleanup()
        if code:
            raise RuntimeError(f"the server ended with {code}")

    async def open_room(self, room):
        self._pipelines[room] = await self._rpc.create("MediaPipeline")

    async def link(self, peer, endpoint):
        """Connects a peer's endpoint to those of others."""
        if not peer.publishes:
            await self._rpc.invoke(self._endpoints[peer.source], "connect", sink=endpoint)

    async def join(self, generator, peer):
        """Negotiates for the peer; it is connected when this returns."""
        endpoint = await self._rpc.create("WebRtcEndpoint", mediaPipeline=self._pipelines[peer.room])
        self._endpoints[peer.id] = endpoint
        candidates = asyncio.Queue()
        await self._rpc.subscribe(endpoint, "IceCandidateFound",
                                  lambda data: candidates.put_nowait(data["candidate"]["candidate"]))
        await self.link(peer, endpoint)
        offer = (await generator.do("join", **peer.spec()))["offer"]
        answer = await self._rpc.invoke(endpoint, "processOffer", offer=offer)
        await generator.do("answer", peer=peer.id, sdp=answer)
        await self._rpc.invoke(endpoint, "gatherCandidates")
        joined = generator.expect(peer.id)
        while not joined.done():
            candidate = asyncio.ensure_future(candidates.get())
            await asyncio.wait([joined, candidate], return_when=asyncio.FIRST_COMPLETED)
            if not candidate.done():
                candidate.cancel()
            else:
                await generator.do("candidate", peer=peer.id, candidate=candidate.result())
        await joined
