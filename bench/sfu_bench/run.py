"""One run: a fresh server and a fresh generator, peers that join, a window of media, and the figures of it."""
import asyncio
import os
import time
from contextlib import AsyncExitStack

from . import floor, plan, processes
from .company import Company
from .figures import Snapshot, figures_of
from .generator import Generator

# How long packets that are still under way when the publishers stop may take.
SETTLE_SECONDS = 0.3
SETTLE_ROUNDS = 10
JOIN_SECONDS = 30


async def join_all(server, generator, peers, at_a_time):
    """The time that it took."""
    start = time.monotonic()
    places = asyncio.Semaphore(at_a_time)

    async def join(peer):
        async with places:
            await asyncio.wait_for(server.join(generator, peer), JOIN_SECONDS)

    tasks = [asyncio.create_task(join(peer)) for peer in peers]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return time.monotonic() - start


async def final_report(generator):
    """The whole run, when nothing has come any more for a while."""
    report = None
    for _ in range(SETTLE_ROUNDS):
        await asyncio.sleep(SETTLE_SECONDS)
        before, report = report, (await generator.do("report"))["run"]
        if report["missing"] == 0 or (before and before["received"] == report["received"]):
            break
    return report


async def measure(server, generator, company, options):
    peers = plan.make(options)
    measured = {"options": options, "plan": peers, "server": server.name, "floor": []}
    for room in range(peers.rooms):
        await server.open_room(room)
    await floor.measure(options, measured["floor"])
    await join_all(server, generator, peers.publishers, options.joins)
    await company.join(server, peers)
    measured["before_viewers"] = Snapshot.take(server, generator, options)
    measured["join_seconds"] = await join_all(server, generator, peers.viewers, options.joins)
    measured["after_viewers"] = Snapshot.take(server, generator, options)

    await company.begin()
    if not options.idle:
        await generator.do("start", pps=options.pps, size=options.size, fps=options.fps, burst=options.burst)
    await asyncio.sleep(options.warmup)
    await generator.do("begin-window")
    measured["begin"] = Snapshot.take(server, generator, options)
    await asyncio.sleep(options.seconds)
    measured["window"] = (await generator.do("end-window"))["window"]
    measured["end"] = Snapshot.take(server, generator, options)
    measured["company"] = await company.end()
    await generator.do("stop")

    measured["run"] = await final_report(generator)
    await floor.measure(options, measured["floor"])
    measured["load_average"] = os.getloadavg()[0]
    await generator.do("close")
    return figures_of(measured)


async def run(start_server, options):
    """Figures of one run; everything that it started is ended, whatever happens."""
    async with AsyncExitStack() as stack:
        server = await start_server(options)
        stack.push_async_callback(server.stop)
        generator = await Generator.start(options, server)
        stack.push_async_callback(generator.stop)
        company = Company(options)
        stack.push_async_callback(company.leave)
        return await measure(server, generator, company, options)
