"""The server and the generator of one measurement, and a window of media."""
import asyncio
import os
import tempfile
import time
from contextlib import AsyncExitStack

from sfu_bench import processes
from sfu_bench.generator import Generator
from sfu_bench.kaskado import Kaskado

from . import tool

JOIN_SECONDS = 30


class FrameServer(Kaskado):
    """With elements between peers."""

    async def link(self, peer, endpoint):
        if not peer.publishes:
            source = peer.source if isinstance(peer.source, str) else self._endpoints[peer.source]
            await self._rpc.invoke(source, "connect", sink=endpoint)

    async def create(self, kind, room=0, **parameters):
        return await self._rpc.create(kind, mediaPipeline=self._pipelines[room], **parameters)

    async def create_port(self, hub):
        return await self._rpc.create("HubPort", hub=hub)

    async def connect(self, peer, element):
        await self._rpc.invoke(self._endpoints[peer], "connect", sink=element)

    async def set_bitrate(self, element, bits_a_second):
        element = self._endpoints[element] if isinstance(element, int) else element
        await self._rpc.invoke(element, "setEncoderBitrate", encoderBitrate=bits_a_second)

    def libraries(self):
        """The shared libraries that the process has loaded, by name."""
        with open(f"/proc/{self.pid}/maps", encoding="utf-8") as maps:
            return {os.path.basename(line.split()[-1]) for line in maps if ".so" in line}

    def threads(self, name):
        """Ids of its threads of that name."""
        found = []
        for thread in os.listdir(f"/proc/{self.pid}/task"):
            try:
                with open(f"/proc/{self.pid}/task/{thread}/comm", encoding="ascii") as file:
                    if file.read().strip() == name:
                        found.append(int(thread))
            except FileNotFoundError:
                pass
        return found


class Stage:
    """What a measurement has: a directory for its files, a server and a generator."""

    def __init__(self, options, directory, server, generator):
        self.options, self.directory, self.server, self.generator = options, directory, server, generator

    def file(self, name):
        return f"{self.directory}/{name}"

    async def join(self, *peers):
        for peer in peers:
            await asyncio.wait_for(self.server.join(self.generator, peer), JOIN_SECONDS)

    async def start(self, **plan):
        await self.generator.do("start", pps=260, size=1200, fps=30, **plan)

    async def window(self):
        """CPU seconds of the server, real ones, the window's ends in ns of the wall clock, and what the generator says."""
        await self.generator.do("begin-window")
        begin, cpu, clock = time.time_ns(), processes.run_seconds(self.server.pid), time.monotonic()
        await asyncio.sleep(self.options.seconds)
        cpu, clock = processes.run_seconds(self.server.pid) - cpu, time.monotonic() - clock
        end = time.time_ns()
        told = (await self.generator.do("end-window"))["window"]
        return {"cpu": cpu, "seconds": clock, "ends": (begin, end), "generator": told}

    async def finish(self):
        """The senders' logs and the recordings are whole after this; gives what the generator counted."""
        await self.generator.do("stop")
        await asyncio.sleep(0.3)
        return (await self.generator.do("report"))["run"]


class StageSetting:
    """async with StageSetting(options) as stage: whatever was started is ended."""

    def __init__(self, options, server_cpu=None):
        self._options = options
        self._server_cpu = server_cpu
        self._stack = AsyncExitStack()

    async def __aenter__(self):
        options = self._options
        try:
            directory = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="kaskado-frames-"))
            cpus, options.server_cpu = options.server_cpu, self._server_cpu or options.server_cpu
            try:
                server = await FrameServer.start(options, "-p", options.build / tool.MODULES)
            finally:
                options.server_cpu = cpus
            self._stack.push_async_callback(server.stop)
            generator = await Generator.start(options, server)
            self._stack.push_async_callback(generator.stop)
            return Stage(options, directory, server, generator)
        except BaseException:
            await self._stack.aclose()
            raise

    async def __aexit__(self, *error):
        return await self._stack.__aexit__(*error)
