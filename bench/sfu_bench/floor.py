"""What a send and a seal cost at the least on the server's own processor."""
import json

from . import paths, processes


async def measure(options, samples):
    """Appends two measurements to `samples`."""
    for _ in range(2):
        text = await processes.output([options.build / paths.FLOOR, options.size], options.server_cpu[:1], options.nice)
        samples.append(json.loads(text))


def least(samples):
    """Each figure by the least of the samples: a shared machine makes them greater, and never smaller."""
    figures = {key: min(sample[key] for sample in samples) for key in ("udpUs", "gsoUs", "evpGcmUs", "engineGcmUs")}
    figures["engine"] = samples[0]["engine"]
    figures["sumUs"] = round(figures["udpUs"] + figures["evpGcmUs"], 4)
    return figures
