"""Nine inputs in one picture for nine viewers, beside gst-launch at the same work."""
from . import figures, gst, tool
from .peers import Sender, Watcher
from .server import StageSetting

INPUTS = 9
INPUT_WIDTH, INPUT_HEIGHT = 640, 360
WIDTH, HEIGHT = 1280, 720
INPUT_BITRATE = 700_000
LIMIT = 0.5


async def join_all(stage, files):
    """Nine people, each with a port of their own for what they send and what they see. The first one's view is recorded."""
    server = stage.server
    hub = await server.create("Composite", width=WIDTH, height=HEIGHT, framerate=30)
    logs = [stage.file(f"sent-{i}") for i in range(INPUTS)]
    ports = [await server.create_port(hub) for _ in range(INPUTS)]
    for port in ports:
        await server.set_bitrate(port, stage.options.bitrate)
    for i, port in enumerate(ports):
        await stage.join(Sender(1 + i, "VP8", files[i], logs[i]))
        await server.connect(1 + i, port)
    for i, port in enumerate(ports):
        await stage.join(Watcher(101 + i, "VP8", port, stage.file("recorded.ivf") if i == 0 else None))
    return logs


async def composite(options):
    async with StageSetting(options) as stage:
        await stage.server.open_room(0)
        files = [await tool.make(options, stage.directory, "VP8", INPUT_WIDTH, INPUT_HEIGHT, i, INPUT_BITRATE)
                 for i in range(INPUTS)]
        logs = await join_all(stage, files)
        await stage.start(frames=True)
        await tool.settle(options)
        window = await stage.window()
        run = await stage.finish()
        verdict = await tool.judge(options, stage.file("recorded.ivf"), logs, window["ends"], 3, 3)
        peer = await beside_gst(options, files, window)
    faults = figures.faults_of(verdict, figures.least_pictures(options, window))
    if run["transcodedHoles"]:
        faults.append(f"{run['transcodedHoles']} packets are missing")
    yield {"inputs": INPUTS, "inputSize": f"{INPUT_WIDTH}x{INPUT_HEIGHT}", "size": f"{WIDTH}x{HEIGHT}", "viewers": INPUTS,
           "bitrateBps": options.bitrate, "serverCpuShare": round(window["cpu"] / window["seconds"], 4), **peer,
           "limit": LIMIT, "pictures": verdict["pictures"], "staleCells": verdict["stale"],
           "latencyMs": verdict["latencyMs"], "faults": faults}


async def beside_gst(options, files, window):
    if gst.why_not():
        return {"gstreamer": {"skipped": gst.why_not()}}
    seconds = tool.SMOKE_SECONDS_OF_PICTURES if options.smoke else tool.SECONDS_OF_PICTURES
    shares = {}
    for encoders in (1, INPUTS):
        cpu = await gst.cpu_seconds(files, WIDTH, HEIGHT, options.bitrate, encoders, options.server_cpu, options.nice)
        shares[encoders] = cpu / seconds
    own = window["cpu"] / window["seconds"]
    return {"gstreamer": {"oneEncoderCpuShare": round(shares[1], 4), "encoderAViewerCpuShare": round(shares[INPUTS], 4)},
            "ratio": round(own / shares[INPUTS], 4), "ratioToOneEncoder": round(own / shares[1], 4)}
