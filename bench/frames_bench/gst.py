"""gst-launch-1.0 at the same work: the same nine files, composed and encoded with the same settings."""
import asyncio
import os
import resource
import shutil

from sfu_bench import processes

LAUNCH = "gst-launch-1.0"
# codec/vpx/encoder_settings.cpp, for a picture of 1280x720.
SETTINGS = ("deadline=1 cpu-used=-8 threads=1 end-usage=cbr min-quantizer=2 max-quantizer=56 undershoot=100 overshoot=15 "
            "buffer-initial-size=500 buffer-optimal-size=600 buffer-size=1000 dropframe-threshold=30 resize-allowed=false "
            "lag-in-frames=0 error-resilient=0 keyframe-mode=disabled keyframe-max-dist=100000 static-threshold=1 "
            "noise-sensitivity=0 token-partitions=0 max-intra-bitrate=900 timebase=1/90000")


def why_not():
    return None if shutil.which(LAUNCH) else f"{LAUNCH} is not installed"


def encoder(bitrate):
    return f"vp8enc target-bitrate={bitrate} {SETTINGS} ! fakesink sync=false"


def command(files, width, height, bitrate, encoders):
    """Plays the files at their own rate."""
    columns = 3
    pads = []
    for i in range(len(files)):
        left, top = [(cell * whole // columns) & ~1 for cell, whole in ((i % columns, width), (i // columns, height))]
        right = width if i % columns == 2 else ((i % columns + 1) * width // columns) & ~1
        bottom = height if i // columns == 2 else ((i // columns + 1) * height // columns) & ~1
        pads.append(f"sink_{i}::xpos={left} sink_{i}::ypos={top} sink_{i}::width={right - left} sink_{i}::height={bottom - top}")
    caps = f"video/x-raw,format=I420,width={width},height={height},framerate=30/1"
    mixer = f"compositor name=mix background=black {' '.join(pads)} ! {caps} ! clocksync"
    tail = f"{mixer} ! {encoder(bitrate)}"
    if encoders > 1:
        tail = f"{mixer} ! tee name=all " + " ".join(f"all. ! queue ! {encoder(bitrate)}" for _ in range(encoders))
    inputs = " ".join(f"filesrc location={file} ! ivfparse ! vp8dec ! queue ! mix.sink_{i}" for i, file in enumerate(files))
    return [LAUNCH, "-q", *f"{tail} {inputs}".split()]


async def cpu_seconds(files, width, height, bitrate, encoders, cpus, nice):
    """CPU seconds of the whole process for the files, once through."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = await processes.start(command(files, width, height, bitrate, encoders), cpus, nice)
    try:
        code = await asyncio.wait_for(child.wait(), 600)
    finally:
        await processes.stop(child)
    if code:
        raise RuntimeError(f"{LAUNCH} ended with {code}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
