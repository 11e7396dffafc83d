"""The load generator's process: bench/sfu_load/command_line.hpp has its language."""
import asyncio
import itertools
import json

from . import paths, processes

ANSWER_SECONDS = 30
LINE_BYTES = 1 << 20


class GeneratorError(RuntimeError):
    pass


class Generator:
    """Commands go to the process, and its answers come back to who asked. A peer that has connected or failed is told
    to who waits for it."""

    def __init__(self, child):
        self.child = child
        self.pid = child.pid
        self._numbers = itertools.count(1)
        self._answers = {}
        self._joined = {}
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def start(cls, options, server):
        command = [options.build / paths.LOAD, "--sample", 1 if options.check else 16, "--srtp", options.srtp,
                   "--ip", server.address, "--runs", options.runs]
        return cls(await processes.start(command, options.load_cpu, options.nice, stdin=asyncio.subprocess.PIPE,
                                         stdout=asyncio.subprocess.PIPE, limit=LINE_BYTES))

    async def stop(self):
        self.child.stdin.close()  # which ends it
        try:
            await asyncio.wait_for(self.child.wait(), 2)
        except asyncio.TimeoutError:
            pass
        await processes.stop(self.child)
        self._reader.cancel()

    async def do(self, what, **arguments):
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        self.child.stdin.write((json.dumps({"do": what, "n": number, **arguments}) + "\n").encode())
        await self.child.stdin.drain()
        answer = await asyncio.wait_for(answer, ANSWER_SECONDS)
        if "error" in answer:
            raise GeneratorError(f"{what}: {answer['error']}")
        return answer

    def expect(self, peer):
        """A future that is done when the peer is connected."""
        return self._joined.setdefault(peer, asyncio.get_running_loop().create_future())

    async def _read(self):
        async for line in self.child.stdout:
            message = json.loads(line)
            if "event" in message:
                self._tell(message)
            elif message.get("n") in self._answers:
                answer = self._answers.pop(message["n"])
                if not answer.done():
                    answer.set_result(message)
        for waiting in (*self._answers.values(), *self._joined.values()):
            if not waiting.done():
                waiting.set_exception(GeneratorError("the load generator has ended"))

    def _tell(self, event):
        joined = self.expect(event["peer"])
        if joined.done():
            return
        if event["event"] == "connected":
            joined.set_result(event["ms"])
        else:
            joined.set_exception(GeneratorError(f"peer {event['peer']}: {event['why']}"))
