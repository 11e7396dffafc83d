"""What transcoders at full load do to the latency of packets that are only forwarded."""
import asyncio
import os

from sfu_bench import plan, processes

from . import figures, tool
from .peers import Sender, Watcher
from .server import StageSetting

WIDTH, HEIGHT = 1280, 720
STREAMS = 8  # that are transcoded: more than the pool can do on a processor


def pool_cpu(server):
    """CPU seconds of the pool's threads."""
    return sum(processes.thread_run_seconds(server.pid, thread) for thread in server.threads("compute"))


async def measure(options, where, cpu):
    """The latency without and with transcoders, whose threads run on processor `cpu`."""
    streams = 2 if options.smoke else STREAMS
    async with StageSetting(options) as stage:
        server = stage.server
        await server.open_room(0)
        await stage.join(plan.Peer(1, 0, True, False))
        await stage.join(*(plan.Peer(1000 + i, 0, False, False, 1) for i in range(options.viewers)))
        await server.open_room(1)
        file = await tool.make(options, stage.directory, "VP8", WIDTH, HEIGHT)
        for i in range(streams):
            sent = stage.file(f"sent-{i}")
            await stage.join(Sender(2 + i, "VP8", file, sent, room=1))
            await server.set_bitrate(2 + i, options.bitrate)
            await stage.join(Watcher(100 + i, "H264", 2 + i, stage.file(f"recorded-{i}.ivf"), room=1))
        await stage.start()
        await tool.settle(options)
        without = await stage.window()
        await stage.start(frames=True)
        await asyncio.sleep(0.5)
        for thread in server.threads("compute"):
            os.sched_setaffinity(thread, [cpu])
        await tool.settle(options)
        before = pool_cpu(server)
        under_load = await stage.window()
        share = (pool_cpu(server) - before) / under_load["seconds"]
        run = await stage.finish()
    return figures.of_interference(options, where, streams, without, under_load, share, run)


async def interference(options):
    own = options.server_cpu[0]
    others = [cpu for cpu in sorted(os.sched_getaffinity(0)) if cpu != own]
    if others:
        # One that the generator does not need, where there is one.
        spare = [cpu for cpu in others if cpu not in options.load_cpu]
        yield await measure(options, "another core", (spare or others)[0])
    yield await measure(options, "the same core", own)
