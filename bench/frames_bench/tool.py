"""frames_tool: makes coded pictures, measures bare calls of the libraries, and judges what was recorded."""
import asyncio
import json

from sfu_bench import paths, processes

TOOL = "bench/frames_load/frames_tool"
MODULES = "bench/frames_load"  # with the filter that changes nothing
SECONDS_OF_PICTURES = 10
SMOKE_SECONDS_OF_PICTURES = 2


def missing(build):
    return paths.missing(build) + [str(build / name) for name in (TOOL,) if not (build / name).exists()]


async def _run(options, cpus, what, **arguments):
    words = [str(word) for pair in arguments.items() for word in pair]
    return await processes.output([options.build / TOOL, what, *words], cpus, options.nice)


async def make(options, directory, codec, width, height, source=0, bitrate=None):
    """A file of coded pictures; its name."""
    name = f"{directory}/{codec}-{width}x{height}-{source}.ivf"
    seconds = SMOKE_SECONDS_OF_PICTURES if options.smoke else SECONDS_OF_PICTURES
    await _run(options, options.load_cpu, "make", codec=codec, width=width, height=height, source=source,
               frames=seconds * 30, bitrate=bitrate or options.bitrate, file=name)
    return name


async def bare(options, file, codec, paced):
    """CPU time of the libraries' calls alone, in µs a picture, on the server's processor."""
    seconds = 1 if options.smoke else options.seconds
    return json.loads(await _run(options, options.server_cpu[:1], "bare", file=file, codec=codec, bitrate=options.bitrate,
                                 seconds=round(seconds), paced=int(paced)))


async def judge(options, recorded, sent, window, columns=1, rows=1):
    """What a viewer has recorded between two times of the wall clock, in ns."""
    return json.loads(await _run(options, options.load_cpu, "judge", file=recorded, sent=",".join(sent), columns=columns,
                                 rows=rows, **{"from": window[0], "to": window[1]}))


async def settle(options):
    """Lets media flow before the window."""
    await asyncio.sleep(options.warmup)
