"""CPU time of the whole server for one stream in another codec, over that of the libraries' calls."""
import asyncio

from . import figures, tool
from .peers import Sender, Watcher
from .server import StageSetting

WIDTH, HEIGHT = 1280, 720
# Server and bare calls take turns, as a machine's speed changes while others use it.
ROUNDS = 4


async def one(options, source, target):
    windows, verdicts = [], []
    async with StageSetting(options) as stage:
        await stage.server.open_room(0)
        file = await tool.make(options, stage.directory, source, WIDTH, HEIGHT)
        sent, recorded = stage.file("sent"), stage.file("recorded.ivf")
        await stage.join(Sender(1, source, file, sent))
        await stage.server.set_bitrate(1, options.bitrate)
        await stage.join(Watcher(2, target, 1, recorded))
        await stage.start(frames=True)
        await tool.settle(options)
        await stage.generator.do("stop")
        bare = [await bare_pair(options, file, target)]
        for _ in range(1 if options.smoke else ROUNDS):
            await stage.generator.do("resume")
            await asyncio.sleep(0.5)
            windows.append(await stage.window())
            await stage.generator.do("stop")
            bare.append(await bare_pair(options, file, target))
        run = await stage.finish()
        for window in windows:
            verdicts.append(await tool.judge(options, recorded, [sent], window["ends"]))
    return {"from": source, "to": target, "size": f"{WIDTH}x{HEIGHT}",
            **figures.of_transcoding(options, windows, verdicts, bare, run)}


async def bare_pair(options, file, target):
    """At the pace of the stream, and as fast as it goes."""
    return [await tool.bare(options, file, target, paced) for paced in (True, False)]


async def transcode(options):
    yield await one(options, "VP8", "H264")
    yield await one(options, "H264", "VP8")
