"""How long a picture is under way through decoder, filter and encoder."""
from . import figures, tool
from .peers import Sender, Watcher
from .server import StageSetting

WIDTH, HEIGHT = 1280, 720
LIMIT_MS = 25.0


async def latency(options):
    async with StageSetting(options) as stage:
        await stage.server.open_room(0)
        file = await tool.make(options, stage.directory, "VP8", WIDTH, HEIGHT)
        sent, recorded = stage.file("sent"), stage.file("recorded.ivf")
        passing = await stage.server.create("PassingFilter")
        await stage.server.set_bitrate(passing, options.bitrate)
        await stage.join(Sender(1, "VP8", file, sent))
        await stage.server.connect(1, passing)
        await stage.join(Watcher(2, "VP8", passing, recorded))
        await stage.start(frames=True)
        await tool.settle(options)
        window = await stage.window()
        await stage.finish()
        verdict = await tool.judge(options, recorded, [sent], window["ends"])
    yield {"size": f"{WIDTH}x{HEIGHT}", "latencyMs": verdict["latencyMs"], "limitMs": LIMIT_MS,
           "ratio": round(verdict["latencyMs"]["p99"] / LIMIT_MS, 4), "pictures": verdict["pictures"],
           "leastPsnrDb": verdict["leastPsnrDb"], "publisherLateMs": window["generator"]["publisherLateMs"],
           "serverCpuShare": round(window["cpu"] / window["seconds"], 4),
           "faults": figures.faults_of(verdict, figures.least_pictures(options, window))}
