"""What bench/sfu is asked for."""
import argparse
import os
import pathlib

from . import paths

DESCRIPTION = """Measures the packet path: starts the server and its load generator in separate processes, each
pinned to a processor, on the loopback interface, and prints one JSON line. docs/performance.md says what the figures
mean. A release build has to be there: ninja -C build."""

EPILOG = """Every run checks that each viewer gets every packet once, in order, by continuous sequence numbers, and that
one packet in 16 (all of them with --check) is decryptable and what the publisher sent. The exit code is 1 where a
packet came twice, out of order, changed or undecryptable, and with --check or --smoke also where one was lost."""

LEAST_BYTES, MOST_BYTES = 48, 1400


def number(kind, least, most):
    def parse(text):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            raise argparse.ArgumentTypeError(f"'{text}' is not a number from {least} to {most}")
        return value
    return parse


def processors(text):
    try:
        found = [int(part) for part in text.split(",")]
    except ValueError:
        found = []
    if not found or not set(found) <= os.sched_getaffinity(0):
        allowed = ",".join(map(str, sorted(os.sched_getaffinity(0))))
        raise argparse.ArgumentTypeError(f"'{text}' is not a list of these processors: {allowed}")
    return found


def make_parser():
    parser = argparse.ArgumentParser(prog="bench/sfu", description=DESCRIPTION, epilog=EPILOG)
    load = parser.add_argument_group("load")
    load.add_argument("--viewers", type=number(int, 1, 20000), default=100, metavar="N", help="of one publisher (100)")
    load.add_argument("--topology", choices=["1xN", "rooms"], default="1xN",
                      help="one publisher, or rooms of people who all see each other")
    load.add_argument("--rooms", type=number(int, 1, 1000), default=10, metavar="R", help="how many rooms (10)")
    load.add_argument("--people", type=number(int, 2, 100), default=10, metavar="P", help="in each room (10)")
    load.add_argument("--size", type=number(int, LEAST_BYTES, MOST_BYTES), metavar="BYTES",
                      help="of an RTP packet before it is sealed (1200; audio 100)")
    load.add_argument("--pps", type=number(float, 1, 100000), metavar="N", help="packets a second (260; audio 50)")
    load.add_argument("--fps", type=number(float, 1, 1000), default=30.0, metavar="N", help="frames a second (30)")
    load.add_argument("--burst", action="store_true", help="a frame's packets at once, not spread evenly")
    load.add_argument("--audio", action="store_true", help="audio only: 50 packets/s of 100 bytes")
    load.add_argument("--idle", action="store_true", help="nothing is published: what connected peers cost by themselves")
    load.add_argument("--runs", choices=["apart", "whole"], default="apart",
                      help="the server's kernel takes apart what it sends as one message (GSO), or leaves that to the"
                           " viewer's socket (GRO), as it would to a network card (apart)")
    load.add_argument("--srtp", choices=["gcm", "cm"], default="gcm", help="AES-GCM, or AES-CM with HMAC-SHA1")
    load.add_argument("--hot", type=number(float, 1, 100000), metavar="PPS",
                      help="beside them another publisher, with one viewer, of so many packets a second")
    load.add_argument("--dead", type=number(int, 0, 5000), default=0, metavar="N",
                      help="further viewers who stop when media begins: they neither read nor answer (0)")

    run = parser.add_argument_group("run")
    run.add_argument("--seconds", type=number(float, 0.5, 600), default=8.0, metavar="S", help="of the window (8)")
    run.add_argument("--warmup", type=number(float, 0, 60), default=2.0, metavar="S", help="of media before it (2)")
    run.add_argument("--build", type=pathlib.Path, default=paths.DEFAULT_BUILD, metavar="DIRECTORY",
                     help="server, generator and floor are this build's (build)")
    run.add_argument("--server-cpu", type=processors, metavar="LIST", help="processors of the server (the first)")
    run.add_argument("--load-cpu", type=processors, metavar="LIST", help="processors of the generator (the last)")
    run.add_argument("--shards", type=number(int, 1, 64), default=1, metavar="N", help="of the server (1)")
    run.add_argument("--nice", type=number(int, -20, 19), default=0, metavar="N",
                     help="of server and generator (0); less than 0 takes root, and keeps others out of their way")
    run.add_argument("--joins", type=number(int, 1, 64), default=8, metavar="N", help="peers that join at a time (8)")
    run.add_argument("--check", action="store_true", help="decrypt every packet, and fail on any loss")
    run.add_argument("--smoke", action="store_true", help="a short run with --check: 20 viewers for 2 s")
    run.add_argument("--log", metavar="FILE", help="the server's log goes there")

    many = parser.add_argument_group("many runs")
    many.add_argument("--repeat", type=number(int, 1, 25), default=1, metavar="N", help="give the medians of N runs")
    many.add_argument("--find", action="store_true",
                      help="search the largest audience with a loss below 0.1 %%, upwards from --viewers")
    many.add_argument("--find-minutes", type=number(float, 0.2, 120), default=15.0, metavar="M",
                      help="how long the search may take (15)")
    many.add_argument("--compare", choices=["janus"], help="measure Debian's Janus the same way (1xN only)")
    return parser


def parse(arguments=None):
    parser = make_parser()
    options = parser.parse_args(arguments)
    allowed = sorted(os.sched_getaffinity(0))
    if options.smoke:
        options.viewers, options.seconds, options.warmup, options.check = 20, 2.0, 0.5, True
    options.size = options.size or (100 if options.audio else 1200)
    options.pps = options.pps or (50.0 if options.audio else 260.0)
    if options.audio:
        options.fps = options.pps
    if options.hot and options.dead:
        parser.error("--hot and --dead are by one generator, which stops as a whole; ask for one of them")
    if options.idle and options.find:
        parser.error("--find searches by lost packets, of which there are none with --idle")
    if options.fps > options.pps:
        parser.error("--fps is more than --pps")
    if options.find and options.topology != "1xN":
        parser.error("--find searches the audience of one publisher; it does not know rooms")
    if options.compare and options.topology != "1xN":
        parser.error("--compare knows one publisher and its viewers only")
    options.server_cpu = options.server_cpu or allowed[:options.shards]
    options.load_cpu = options.load_cpu or allowed[-1:]
    return options
