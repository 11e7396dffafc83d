"""What a server without work holds in memory, and that one which only forwards loads no codec."""
import asyncio

from sfu_bench import plan, processes

from . import tool
from .peers import Sender, Watcher
from .server import StageSetting

LIMIT_MB = 15.0
# Of the modules and of what they bring with them.
HEAVY = ("kaskado-", "libvpx", "libopenh264", "libopus", "libavcodec", "libavutil", "libswscale", "libopencv", "libgst", "libzbar",
         "libtesseract")


def heavy(server):
    return sorted(name for name in server.libraries() if name.startswith(HEAVY) or "kaskado-" in name)


async def idle(options):
    async with StageSetting(options) as stage:
        server = stage.server
        await asyncio.sleep(1)
        resident_kb = processes.resident_kb(server.pid)
        loaded = {"idle": heavy(server)}

        await server.open_room(0)
        await stage.join(plan.Peer(1, 0, True, False), plan.Peer(2, 0, False, False, 1))
        await stage.start()
        await asyncio.sleep(1)
        loaded["forwarding"] = heavy(server)
        forwarding_kb = processes.resident_kb(server.pid)
        run = (await stage.generator.do("report"))["run"]

        await server.open_room(1)
        file = await tool.make(options, stage.directory, "VP8", 640, 360)
        await stage.join(Sender(3, "VP8", file, room=1), Watcher(4, "H264", 3, stage.file("recorded.ivf"), room=1))
        await stage.start(frames=True)
        await asyncio.sleep(1.5)
        loaded["transcoding"] = heavy(server)
        transcoding_kb = processes.resident_kb(server.pid)
        await stage.finish()
    megabytes = resident_kb / 1024
    faults = [f"{name} is loaded by a server that is {state}" for state in ("idle", "forwarding") for name in loaded[state]]
    if not run["received"]:
        faults.append("no packet was forwarded")
    if not loaded["transcoding"]:
        faults.append("no codec's library is seen while transcoding")
    yield {"residentMb": round(megabytes, 2), "limitMb": LIMIT_MB, "ratio": round(megabytes / LIMIT_MB, 4),
           "forwardingMb": round(forwarding_kb / 1024, 2), "transcodingMb": round(transcoding_kb / 1024, 2),
           "loadedWhileTranscoding": loaded["transcoding"], "faults": faults}
