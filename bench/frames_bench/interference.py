"""What transcoders at full load do to the latency of packets that are only forwarded."""
import asyncio
import os

from sfu_bench import plan, processes

from . import tool
from .peers import Sender, Watcher
from .server import StageSetting

WIDTH, HEIGHT = 1280, 720
LIMITS_MS = {"another core": 1.0, "the same core": 3.0}
STREAMS = 8  # that are transcoded: more than the pool can do on a processor
FULL_SHARE = 0.9


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
    return figures_of(options, where, streams, without, under_load, share, run)


def figures_of(options, where, streams, without, under_load, share, run):
    alone, loaded = (window["generator"]["latencyMs"] for window in (without, under_load))
    added = loaded["p99"] - alone["p99"]
    faults = []
    if run["missing"]:
        faults.append(f"{run['missing']} forwarded packets are missing")
    if not run["recordedFrames"]:
        faults.append("nothing was transcoded")
    return {"transcodersOn": where, "viewers": options.viewers, "streams": streams, "poolCpuShare": round(share, 4),
            "poolIsFull": share >= FULL_SHARE, "aloneMs": alone, "underLoadMs": loaded, "addedP99Ms": round(added, 4),
            "limitMs": LIMITS_MS[where], "ratio": round(added / LIMITS_MS[where], 4),
            "transcodedPictures": run["recordedFrames"],
            "publisherLateMs": under_load["generator"]["publisherLateMs"], "faults": faults}


async def interference(options):
    own = options.server_cpu[0]
    others = [cpu for cpu in sorted(os.sched_getaffinity(0)) if cpu != own]
    if others:
        # One that the generator does not need, where there is one.
        spare = [cpu for cpu in others if cpu not in options.load_cpu]
        yield await measure(options, "another core", (spare or others)[0])
    yield await measure(options, "the same core", own)
