"""What bench/frames is asked for."""
import argparse
import os
import pathlib

from sfu_bench import paths
from sfu_bench.options import number, processors

DESCRIPTION = """Measures the frame path: starts the server and a generator whose peers send real VP8 or H264 pictures over WebRTC,
and prints one JSON line for each measurement, with its figure over the limit or the peer of the same run.
docs/performance.md says what the figures mean. A release build has to be there: ninja -C build.

  transcode     CPU time of the server for 720p30 VP8 to H264 and back, over the bare calls of libvpx and openh264
  composite     CPU time of the server for nine inputs of 640x360 in one picture for nine viewers, over gst-launch's
  latency       of 720p30 through decoder, filter and encoder
  interference  what transcoders at full load add to the latency of forwarded packets
  idle          resident memory of a server without work, and which libraries it has loaded"""

EPILOG = """Every run decodes what a viewer got and checks that it is the picture that was sent. The exit code is 1 where it
is not; no figure makes it so."""

NAMES = ["transcode", "composite", "latency", "interference", "idle"]


def make_parser():
    parser = argparse.ArgumentParser(prog="bench/frames", description=DESCRIPTION, epilog=EPILOG,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("measurements", nargs="*", metavar="MEASUREMENT", help="which ones (all)")
    parser.add_argument("--seconds", type=number(float, 1, 600), default=5.0, metavar="S", help="of each window (5)")
    parser.add_argument("--warmup", type=number(float, 0.5, 60), default=3.0, metavar="S", help="of media before it (3)")
    parser.add_argument("--bitrate", type=number(int, 100_000, 20_000_000), default=2_000_000, metavar="BPS",
                        help="of pictures that are sent and made (2000000)")
    parser.add_argument("--viewers", type=number(int, 1, 2000), default=50, metavar="N",
                        help="of the packets whose latency interference measures (50)")
    parser.add_argument("--build", type=pathlib.Path, default=paths.DEFAULT_BUILD, metavar="DIRECTORY",
                        help="everything is this build's (build)")
    parser.add_argument("--server-cpu", type=processors, metavar="LIST", help="processors of the server (the first)")
    parser.add_argument("--load-cpu", type=processors, metavar="LIST", help="processors of the generator (the last)")
    parser.add_argument("--nice", type=number(int, -20, 19), default=0, metavar="N",
                        help="of the server, its peers and the bare calls (0); less than 0 takes root")
    parser.add_argument("--log", metavar="FILE", help="the server's log goes there")
    parser.add_argument("--smoke", action="store_true", help="short runs of all, for what they check and not for figures")
    return parser


def parse(arguments=None):
    parser = make_parser()
    options = parser.parse_args(arguments)
    for name in options.measurements:
        if name not in NAMES:
            parser.error(f"there is no measurement '{name}'")
    options.measurements = options.measurements or NAMES
    options.server_cpu = options.server_cpu or sorted(os.sched_getaffinity(0))[:1]
    options.load_cpu = options.load_cpu or sorted(os.sched_getaffinity(0))[-1:]
    if options.smoke:
        options.seconds, options.warmup, options.viewers = 1.0, 1.5, 5
    # What the parts of bench/sfu want to know.
    options.shards, options.check, options.srtp, options.runs = 1, False, "gcm", "apart"
    return options
