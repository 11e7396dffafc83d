"""From what was measured to what is printed."""
import math
import os
from dataclasses import dataclass

from . import floor, processes

# Beyond these the figures tell of the generator, and not of the server.
LATE_P99_MS = 5.0
BUSY_SHARE = 0.95

FAULTS = ("duplicates", "reordered", "outOfWindow", "foreignSsrc", "undecryptable", "changed", "misnumbered",
          "unsampledViewers", "badRtcp")


@dataclass
class Snapshot:
    server_cpu: float
    server_busy: float
    load_cpu: float
    load_busy: float
    resident_kb: int

    @classmethod
    def take(cls, server, generator, options):
        own = os.times()
        return cls(processes.cpu_seconds(server.pid), processes.busy_seconds(options.server_cpu),
                   processes.cpu_seconds(generator.pid) + own.user + own.system,
                   processes.busy_seconds(options.load_cpu), processes.resident_kb(server.pid))


def percent(part, whole):
    return round(100 * part / whole, 4) if whole else 0.0


def window_loss(measured):
    """What was published in the window and was not delivered in it: lost, or waiting in a queue that grows. As much
    as is always under way may be so at either end."""
    options, window = measured["options"], measured["window"]
    at_once = math.ceil(options.pps / options.fps) if options.burst else 1
    under_way = at_once * len(measured["plan"].viewers)
    behind = max(0, window["expected"] - window["received"] - under_way)
    return percent(max(behind, window["holes"]), window["expected"])


def bottlenecks(options, window, run):
    """Why the generator, and not the server, may have been the limit."""
    found = []
    if set(options.server_cpu) & set(options.load_cpu):
        found.append("server and generator share a processor")
    if run["queueDrops"]:
        found.append(f"{run['queueDrops']} packets found a viewer's socket full")
    if window["publisherLateMs"]["p99"] > LATE_P99_MS:
        found.append(f"the publisher was late by {window['publisherLateMs']['p99']:.1f} ms (p99)")
    if window["cpuShare"] > BUSY_SHARE:
        found.append(f"the generator used {100 * window['cpuShare']:.0f} % of its processor")
    if run["sendFailures"]:
        found.append(f"the kernel refused {run['sendFailures']} datagrams of the generator")
    if run["nackedTooLate"]:
        found.append(f"{run['nackedTooLate']} packets were asked for again too late")
    return found


def of_machine(measured):
    """Whether others used the same processors meanwhile, as shares of one."""
    begin, end, seconds = measured["begin"], measured["end"], measured["window"]["seconds"]
    on_server = end.server_busy - begin.server_busy - (end.server_cpu - begin.server_cpu)
    on_load = end.load_busy - begin.load_busy - (end.load_cpu - begin.load_cpu)
    return {"othersOnServerCpu": round(max(0.0, on_server) / seconds, 3),
            "othersOnLoadCpu": round(max(0.0, on_load) / seconds, 3),
            "loadAverage": round(measured["load_average"], 2)}


def of_peers(measured):
    """What the viewers cost the server beside their packets."""
    viewers = len(measured["plan"].viewers)
    before, after = measured["before_viewers"], measured["after_viewers"]
    return {"residentKbPerViewer": round((measured["end"].resident_kb - before.resident_kb) / viewers, 1),
            "cpuMsPerJoin": round(1000 * (after.server_cpu - before.server_cpu) / viewers, 3),
            "joinsPerSecond": round(viewers / measured["join_seconds"], 1)}


def of_company(measured, cpu_seconds):
    """With those who are dead as well, what a packet to any of them cost."""
    company = measured["company"]
    if not company:
        return {}
    live = len(measured["plan"].viewers)
    sent = measured["window"]["received"] * (live + company["dead"]) / live
    if company["dead"] and sent:
        company["cpuUsPerPacketSent"] = round(1e6 * cpu_seconds / sent, 4)
    return {"company": company}


def kind_of(options):
    if options.idle:
        return "idle"
    return "audio" if options.audio else "video"


def of_load(measured):
    options = measured["options"]
    load = {"topology": options.topology, "publishers": len(measured["plan"].publishers),
            "viewers": len(measured["plan"].viewers), "rooms": measured["plan"].rooms, "pps": options.pps,
            "size": options.size, "fps": options.fps, "sending": "burst" if options.burst else "smooth",
            "runs": options.runs,
            "kind": kind_of(options), "srtp": measured["run"]["srtp"], "shards": options.shards,
            "serverCpu": options.server_cpu, "loadCpu": options.load_cpu,
            "nice": options.nice, "seconds": measured["window"]["seconds"]}
    return {key: round(value, 3) if isinstance(value, float) else value for key, value in load.items()}


def rounded(figures):
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in figures.items()}


def figures_of(measured):
    window, run = measured["window"], measured["run"]
    floor_us = floor.least(measured["floor"])
    cpu_seconds = measured["end"].server_cpu - measured["begin"].server_cpu
    us_a_packet = 1e6 * cpu_seconds / window["received"] if window["received"] else 0.0
    limits = bottlenecks(measured["options"], window, run)
    options = measured["options"]
    faults = {name: run[name] for name in FAULTS if run[name] and not options.idle}
    return {
        "server": measured["server"],
        "load": of_load(measured),
        "audience": len(measured["plan"].viewers),
        "deliveredPerSecond": round(window["received"] / window["seconds"]),
        "lossPct": {"window": window_loss(measured), "run": percent(run["missing"], run["expected"])},
        "latencyMs": rounded(window["latencyMs"]),
        "serverCpuUsPerPacket": round(us_a_packet, 4),
        "serverCpuShare": round(cpu_seconds / window["seconds"], 4),
        "floor": floor_us,
        "ratioToFloor": round(us_a_packet / floor_us["sumUs"], 4),
        **of_peers(measured),
        **of_company(measured, cpu_seconds),
        "checks": {"packets": run["received"], "decrypted": run["sampled"], "missing": run["missing"],
                   "everyPacketDecrypted": options.check, "faults": faults},
        "generator": {"isBottleneck": bool(limits), "why": limits, "cpuShare": round(window["cpuShare"], 4),
                      "queueDrops": run["queueDrops"], "publisherLateMs": rounded(window["publisherLateMs"]),
                      "retransmitted": run["retransmitted"], "keyFramesAsked": run["keyFramesAsked"]},
        "machine": of_machine(measured),
    }


def problems(figures, lossless):
    """What makes a run a failure, in words."""
    checks = figures["checks"]
    found = [f"{count} {name}" for name, count in checks["faults"].items()]
    if lossless and checks["missing"]:
        found.append(f"{checks['missing']} missing")
    if not checks["packets"] and figures.get("load", {}).get("kind") != "idle":
        found.append("no packet was delivered")
    return found
