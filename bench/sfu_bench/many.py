"""Several runs: medians of the same one, and the search for the largest audience."""
import copy
import statistics
import sys
import time

from .run import run

LOSS_PCT = 0.1
MOST_VIEWERS = 20000
# The search ends when what is left is less than this share of the audience.
RESOLUTION = 0.04


def say(text):
    print(text, file=sys.stderr, flush=True)


def summary(figures):
    note = "; the generator was the bottleneck" if figures["generator"]["isBottleneck"] else ""
    return (f"{figures['audience']} viewers: {figures['deliveredPerSecond']} packets/s, loss {figures['lossPct']['window']} %"
            f" of the window and {figures['lossPct']['run']} % of the run, p99 {figures['latencyMs']['p99']} ms,"
            f" {figures['serverCpuUsPerPacket']} µs a packet, {figures['ratioToFloor']} of the floor{note}")


def median(values):
    """Of numbers; of objects by each key; of lists whatever is in any; of anything else the values, where they differ."""
    first = values[0]
    if isinstance(first, dict):
        keys = [key for key in first if all(key in value for value in values)]
        return {key: median([value[key] for value in values]) for key in keys}
    if isinstance(first, bool):
        return any(values)
    if isinstance(first, (int, float)):
        middle = statistics.median(values)
        return int(middle) if middle == int(middle) else round(middle, 4)
    if isinstance(first, list):
        return list(dict.fromkeys(part for value in values for part in value))
    return first if all(value == first for value in values) else values


def worst_faults(runs):
    faults = {}
    for figures in runs:
        for name, count in figures["checks"]["faults"].items():
            faults[name] = faults.get(name, 0) + count
    return faults


async def repeat(start_server, options):
    runs = []
    for number in range(options.repeat):
        runs.append(await run(start_server, options))
        if options.repeat > 1:
            say(f"run {number + 1} of {options.repeat}: {summary(runs[-1])}")
    if len(runs) == 1:
        return runs[0]
    figures = median(runs)
    figures["checks"]["faults"] = worst_faults(runs)  # a fault is not averaged away
    figures["checks"]["missing"] = sum(one["checks"]["missing"] for one in runs)
    figures["runs"] = len(runs)
    return figures


class Search:
    """Doubles the audience until packets are lost, and then halves what lies between."""

    def __init__(self, start_server, options):
        self._start_server = start_server
        self._options = copy.copy(options)
        self._ends_at = time.monotonic() + 60 * options.find_minutes
        self.best = None
        self.tried = []

    async def holds(self, viewers):
        self._options.viewers = viewers
        figures = await repeat(self._start_server, self._options)
        say(summary(figures))
        loss = max(figures["lossPct"].values())
        good = loss < LOSS_PCT
        self.tried.append({"viewers": viewers, "lossPct": loss, "p99Ms": figures["latencyMs"]["p99"],
                           "generatorIsBottleneck": figures["generator"]["isBottleneck"]})
        if good and (self.best is None or viewers > self.best["audience"]):
            self.best = figures
        return good

    def has_time(self):
        return time.monotonic() < self._ends_at

    async def run(self):
        low, high = 0, self._options.viewers
        while self.has_time() and await self.holds(high):
            low, high = high, min(2 * high, MOST_VIEWERS)
            if low == high:
                break
        while self.has_time() and high - low > max(1, RESOLUTION * high):
            middle = (low + high) // 2
            if await self.holds(middle):
                low = middle
            else:
                high = middle
        return self.result()

    def result(self):
        if self.best is None:
            return {"audience": 0, "find": {"tried": self.tried, "inTime": self.has_time()}}
        return {**self.best, "find": {"tried": self.tried, "inTime": self.has_time()}}


async def find(start_server, options):
    return await Search(start_server, options).run()
