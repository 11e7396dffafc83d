"""From what was measured to what is printed."""
import statistics

TRANSCODING_LIMIT = 1.08
INTERFERENCE_LIMITS_MS = {"another core": 1.0, "the same core": 3.0}
FULL_SHARE = 0.9  # of a processor, from which on the pool is at full load


def least_pictures(options, window):
    """Of 30 a second. A short run, which other programs may disturb, only has to show some."""
    return round((5 if options.smoke else 24) * window["seconds"])


def faults_of(verdict, pictures_at_least):
    """What is wrong with the pictures, in words."""
    found = [f"{verdict[name]} {name} pictures" for name in ("undecodable", "unreadable", "unsent", "different") if verdict[name]]
    if verdict["pictures"] < pictures_at_least:
        found.append(f"{verdict['pictures']} pictures came, and there should be {pictures_at_least}")
    return found


def us_of(figures):
    return figures["decodeUs"] + figures["encodeUs"]


def ratios(server_us, bare_us):
    """Each window over the mean of the bare calls before and behind it."""
    return [own / statistics.mean(bare_us[i:i + 2]) for i, own in enumerate(server_us)]


def of_transcoding(options, windows, verdicts, bare, run):
    server_us = [1e6 * window["cpu"] / (30 * window["seconds"]) for window in windows]
    paced_us, unpaced_us = ([us_of(pair[i]) for pair in bare] for i in (0, 1))
    faults = []
    for window, verdict in zip(windows, verdicts):
        faults += faults_of(verdict, least_pictures(options, window))
    if run["transcodedHoles"] or run["brokenFrames"]:
        faults.append(f"{run['transcodedHoles']} packets are missing, {run['brokenFrames']} frames are broken")
    ratio = ratios(server_us, paced_us)
    return {"bitrateBps": options.bitrate,
            "serverCpuUsPerPicture": round(statistics.median(server_us), 1),
            "bareCpuUsPerPicture": round(statistics.median(paced_us), 1),
            "bareDecodeUs": round(statistics.median(pair[0]["decodeUs"] for pair in bare), 1),
            "bareEncodeUs": round(statistics.median(pair[0]["encodeUs"] for pair in bare), 1),
            "bareUnpacedCpuUsPerPicture": round(statistics.median(unpaced_us), 1),
            "ratio": round(statistics.median(ratio), 4), "ratios": [round(each, 4) for each in ratio],
            "ratioToUnpaced": round(statistics.median(ratios(server_us, unpaced_us)), 4), "limit": TRANSCODING_LIMIT,
            "pictures": sum(verdict["pictures"] for verdict in verdicts),
            "leastPsnrDb": min(verdict["leastPsnrDb"] for verdict in verdicts), "faults": faults}


def of_interference(options, where, streams, without, under_load, share, run):
    alone, loaded = (window["generator"]["latencyMs"] for window in (without, under_load))
    added = loaded["p99"] - alone["p99"]
    faults = []
    if run["missing"]:
        faults.append(f"{run['missing']} forwarded packets are missing")
    if not run["recordedFrames"]:
        faults.append("nothing was transcoded")
    return {"transcodersOn": where, "viewers": options.viewers, "streams": streams, "poolCpuShare": round(share, 4),
            "poolIsFull": share >= FULL_SHARE, "aloneMs": alone, "underLoadMs": loaded, "addedP99Ms": round(added, 4),
            "limitMs": INTERFERENCE_LIMITS_MS[where], "ratio": round(added / INTERFERENCE_LIMITS_MS[where], 4),
            "transcodedPictures": run["recordedFrames"],
            "publisherLateMs": under_load["generator"]["publisherLateMs"], "faults": faults}
