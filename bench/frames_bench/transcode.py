"""CPU time of the whole server for one stream in another codec, over that of the libraries' calls."""
import asyncio
import statistics

from . import tool
from .peers import Sender, Watcher
from .server import StageSetting

WIDTH, HEIGHT = 1280, 720
LIMIT = 1.08
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
    return {"from": source, "to": target, **figures_of(options, windows, verdicts, bare, run)}


async def bare_pair(options, file, target):
    """At the pace of the stream, and as fast as it goes."""
    return [await tool.bare(options, file, target, paced) for paced in (True, False)]


def us_of(figures):
    return figures["decodeUs"] + figures["encodeUs"]


def ratios(server_us, bare_us):
    """Each window over the mean of the bare calls before and behind it."""
    return [own / statistics.mean(bare_us[i:i + 2]) for i, own in enumerate(server_us)]


def figures_of(options, windows, verdicts, bare, run):
    server_us = [1e6 * window["cpu"] / (30 * window["seconds"]) for window in windows]
    paced_us, unpaced_us = ([us_of(pair[i]) for pair in bare] for i in (0, 1))
    faults = []
    for window, verdict in zip(windows, verdicts):
        faults += tool.faults(verdict, round(24 * window["seconds"]))
    if run["transcodedHoles"] or run["brokenFrames"]:
        faults.append(f"{run['transcodedHoles']} packets are missing, {run['brokenFrames']} frames are broken")
    ratio = ratios(server_us, paced_us)
    return {"size": f"{WIDTH}x{HEIGHT}", "bitrateBps": options.bitrate,
            "serverCpuUsPerPicture": round(statistics.median(server_us), 1),
            "bareCpuUsPerPicture": round(statistics.median(paced_us), 1),
            "bareDecodeUs": round(statistics.median(pair[0]["decodeUs"] for pair in bare), 1),
            "bareEncodeUs": round(statistics.median(pair[0]["encodeUs"] for pair in bare), 1),
            "bareUnpacedCpuUsPerPicture": round(statistics.median(unpaced_us), 1),
            "ratio": round(statistics.median(ratio), 4), "ratios": [round(each, 4) for each in ratio],
            "ratioToUnpaced": round(statistics.median(ratios(server_us, unpaced_us)), 4), "limit": LIMIT,
            "pictures": sum(verdict["pictures"] for verdict in verdicts),
            "leastPsnrDb": min(verdict["leastPsnrDb"] for verdict in verdicts), "faults": faults}


async def transcode(options):
    yield await one(options, "VP8", "H264")
    yield await one(options, "H264", "VP8")
