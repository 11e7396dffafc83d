"""Who else is on the server, beside those who are measured, by a load generator of its own: with --hot a publisher of many
packets, and its one viewer; with --dead further viewers of the measured publisher, who stop in the middle of everything:
they read nothing, report nothing and answer nothing."""
import signal

from . import plan
from .generator import Generator

FIRST_ID = 1_000_000


class Company:
    def __init__(self, options):
        self._options = options
        self._generator = None
        self._at_work = False

    def _peers(self, peers):
        options, room = self._options, peers.rooms
        hot = [plan.Peer(FIRST_ID, room, True, False), plan.Peer(FIRST_ID + 1, room, False, False, FIRST_ID)] if options.hot else []
        source = peers.publishers[0]
        dead = [plan.Peer(FIRST_ID + 2 + i, source.room, False, source.audio, source.id) for i in range(options.dead)]
        return hot + dead

    async def join(self, server, peers):
        """They come when the measured publishers are there."""
        wanted = self._peers(peers)
        if not wanted:
            return
        await server.open_room(peers.rooms)
        self._generator = await Generator.start(self._options, server)
        for peer in wanted:
            await server.join(self._generator, peer)

    async def begin(self):
        """To work, or to stop."""
        if not self._generator:
            return
        if self._options.hot:
            await self._generator.do("start", pps=self._options.hot, size=self._options.size, fps=self._options.fps, burst=False)
            await self._generator.do("begin-window")
        if self._options.dead:
            self._generator.child.send_signal(signal.SIGSTOP)
        self._at_work = True

    async def end(self):
        """What came of it; nothing where there was none."""
        if not self._at_work:
            return None
        self._generator.child.send_signal(signal.SIGCONT)
        figures = {"dead": self._options.dead, "hot": self._options.hot or 0}
        if self._options.hot:
            window = (await self._generator.do("end-window"))["window"]
            figures["hotPerSecond"] = round(window["received"] / window["seconds"])
        await self._generator.do("stop")
        return figures

    async def leave(self):
        if self._generator:
            self._generator.child.send_signal(signal.SIGCONT)
            await self._generator.stop()
