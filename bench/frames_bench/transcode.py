"""CPU time of the whole server for one stream in another codec, over that of the libraries' calls."""
import statistics

from . import tool
from .peers import Sender, Watcher
from .server import StageSetting

WIDTH, HEIGHT = 1280, 720
LIMIT = 1.08




async def one(options, source, target):
    async with StageSetting(options) as stage:
        await stage.server.open_room(0)
        file = await tool.make(options, stage.directory, source, WIDTH, HEIGHT)
        # Before and after, as a machine's speed changes.
        before = [await tool.bare(options, file, target, paced) for paced in (True, False)]
        sent, recorded = stage.file("sent"), stage.file("recorded.ivf")
        await stage.join(Sender(1, source, file, sent))
        await stage.server.set_bitrate(1, options.bitrate)
        await stage.join(Watcher(2, target, 1, recorded))
        await stage.start(frames=True)
        await tool.settle(options)
        window = await stage.window()
        run = await stage.finish()
        after = [await tool.bare(options, file, target, paced) for paced in (True, False)]
        verdict = await tool.judge(options, recorded, [sent], window["ends"])
    return figures_of(options, (source, target), window, run, verdict, list(zip(before, after)))


def figures_of(options, codecs, window, run, verdict, bare):
    pictures = 30 * window["seconds"]
    us = 1e6 * window["cpu"] / pictures
    paced_us, unpaced_us = (statistics.mean(one["decodeUs"] + one["encodeUs"] for one in pair) for pair in bare)
    faults = tool.faults(verdict, round(0.8 * pictures))
    if run["transcodedHoles"] or run["brokenFrames"]:
        faults.append(f"{run['transcodedHoles']} packets are missing, {run['brokenFrames']} frames are broken")
    return {"from": codecs[0], "to": codecs[1], "size": f"{WIDTH}x{HEIGHT}", "bitrateBps": options.bitrate,
            "serverCpuUsPerPicture": round(us, 1), "bareCpuUsPerPicture": round(paced_us, 1),
            "bareDecodeUs": round(statistics.mean(one["decodeUs"] for one in bare[0]), 1),
            "bareEncodeUs": round(statistics.mean(one["encodeUs"] for one in bare[0]), 1),
            "bareUnpacedCpuUsPerPicture": round(unpaced_us, 1),
            "ratio": round(us / paced_us, 4), "ratioToUnpaced": round(us / unpaced_us, 4), "limit": LIMIT,
            "pictures": verdict["pictures"], "leastPsnrDb": verdict["leastPsnrDb"], "latencyMs": verdict["latencyMs"],
            "faults": faults}


async def transcode(options):
    yield await one(options, "VP8", "H264")
    yield await one(options, "H264", "VP8")
