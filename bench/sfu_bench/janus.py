"""Debian's Janus as the server under load: a video room with one publisher, and its viewers. Measured with event loops,
which is how Janus is run for many peers.

Janus leaves the loopback interface out, so the whole bench moves into a network namespace of its own for it, where a
pair of virtual interfaces has an address. Packets between sockets of that address go through the loopback interface all
the same, and nothing can leave."""
import asyncio
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import websockets

from . import processes
from .kaskado import free_port

START_SECONDS = 10
ANSWER_SECONDS = 30
ROOM = 1
ADDRESS = "10.255.0.1"
INTERFACE, FAR_END = "bench0", "bench1"
IN_NAMESPACE = "KASKADO_BENCH_NAMESPACE"

SERVER = """general: {{ configs_folder = "{configs}"
  plugins_folder = "{plugins}"
  transports_folder = "{transports}"
  debug_level = 2
  session_timeout = 0
  event_loops = {loops}
  admin_secret = "none" }}
nat: {{ ice_enforce_list = "{interface}" }}
plugins: {{ disable = "{other_plugins}" }}
transports: {{ disable = "{other_transports}" }}
"""
TRANSPORT = """general: {{ json = "plain"
  ws = true
  ws_interface = "lo"
  ws_ip = "127.0.0.1"
  ws_port = {port} }}
"""
PLUGIN = """room-{room}: {{ description = "bench"
  publishers = 1
  bitrate = 0
  fir_freq = 0
  audiocodec = "opus"
  videocodec = "vp8"
  require_pvtid = false }}
"""


def _folder(name):
    found = sorted(pathlib.Path("/usr/lib").glob(f"*/janus/{name}"))
    return found[0] if found else None


def why_not():
    """Why Janus cannot be measured here; nothing where it can."""
    if not shutil.which("janus"):
        return "janus is not installed (apt-get install janus)"
    for folder, library in (("plugins", "libjanus_videoroom.so"), ("transports", "libjanus_websockets.so")):
        if _folder(folder) is None or not (_folder(folder) / library).exists():
            return f"janus is installed without {library}"
    if not os.environ.get(IN_NAMESPACE) and subprocess.run(["unshare", "-n", "true"], check=False,
                                                           stderr=subprocess.DEVNULL).returncode:
        return "a network namespace for janus, which leaves the loopback interface out, takes root"
    return None


def enter_namespace():
    """Runs this command anew in a network namespace of its own, unless it is there."""
    if not os.environ.get(IN_NAMESPACE):
        os.environ[IN_NAMESPACE] = "1"
        os.execvp("unshare", ["unshare", "-n", sys.executable, *sys.argv])
    for command in ("link set lo up", f"link add {INTERFACE} type veth peer name {FAR_END}",
                    f"addr add {ADDRESS}/32 dev {INTERFACE}", f"link set {INTERFACE} up", f"link set {FAR_END} up"):
        subprocess.run(["ip", *command.split()], check=True)


def _others(folder, own):
    return ",".join(path.name for path in _folder(folder).glob("*.so") if path.name != own)


def write_configuration(directory, port, options):
    texts = {
        "janus": SERVER.format(configs=directory, plugins=_folder("plugins"), transports=_folder("transports"),
                               loops=options.shards, interface=INTERFACE, other_plugins=_others("plugins", "libjanus_videoroom.so"),
                               other_transports=_others("transports", "libjanus_websockets.so")),
        "janus.transport.websockets": TRANSPORT.format(port=port),
        "janus.plugin.videoroom": PLUGIN.format(room=ROOM),
    }
    for name, text in texts.items():
        (directory / f"{name}.jcfg").write_text(text)


class JanusApi:
    """Requests and events of one session (the Janus API over a WebSocket)."""

    def __init__(self, socket):
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers = {}
        self._session = None
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, url):
        api = cls(await websockets.connect(url, subprotocols=["janus-protocol"], max_size=1 << 24, ping_interval=None,
                                           compression=None))
        api._session = (await api._request(janus="create"))["data"]["id"]
        return api

    async def close(self):
        await self._socket.close()
        self._reader.cancel()

    async def attach(self):
        request = {"janus": "attach", "plugin": "janus.plugin.videoroom", "session_id": self._session}
        return (await self._request(**request))["data"]["id"]

    async def message(self, handle, body, jsep=None):
        """The plugin's event that answers."""
        request = {"janus": "message", "session_id": self._session, "handle_id": handle, "body": body}
        answer = await self._request(**request, **({"jsep": jsep} if jsep else {}))
        data = answer.get("plugindata", {}).get("data", {})
        if "error" in data:
            raise RuntimeError(f"janus: {body['request']}: {data['error']}")
        return data, answer.get("jsep")

    async def _request(self, **request):
        number = str(next(self._numbers))
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({**request, "transaction": number}))
        answer = await asyncio.wait_for(answer, ANSWER_SECONDS)
        if answer["janus"] == "error":
            raise RuntimeError(f"janus: {answer['error'].get('reason')}")
        return answer

    async def _read(self):
        try:
            async for text in self._socket:
                message = json.loads(text)
                # An "ack" says that the answer comes later.
                if message["janus"] != "ack" and message.get("transaction") in self._answers:
                    answer = self._answers.pop(message["transaction"])
                    if not answer.done():
                        answer.set_result(message)
        except websockets.ConnectionClosed:
            pass
        for waiting in self._answers.values():
            if not waiting.done():
                waiting.set_exception(RuntimeError("janus has closed the connection"))


class Janus:
    name = "janus"
    address = ADDRESS

    def __init__(self, child, directory, api):
        self.pid = child.pid
        self._child = child
        self._directory = directory
        self._api = api
        self._feed = None

    @classmethod
    async def start(cls, options):
        directory = tempfile.TemporaryDirectory(prefix="kaskado-bench-")
        port = free_port()
        write_configuration(pathlib.Path(directory.name), port, options)
        command = ["janus", "-F", directory.name, "-C", f"{directory.name}/janus.jcfg"]
        with open(options.log or os.devnull, "ab") as log:
            child = await processes.start(command, options.server_cpu, options.nice, stdout=log, stderr=log)
        try:
            return cls(child, directory, await cls._connect(child, f"ws://127.0.0.1:{port}/"))
        except BaseException:
            await processes.stop(child)
            directory.cleanup()
            raise

    @staticmethod
    async def _connect(child, url):
        for _ in range(START_SECONDS * 20):
            if child.returncode is not None:
                raise RuntimeError(f"janus ended at once with {child.returncode}; --log has its words")
            try:
                return await JanusApi.connect(url)
            except OSError:
                await asyncio.sleep(0.05)
        raise RuntimeError(f"janus does not listen after {START_SECONDS} s")

    async def stop(self):
        try:
            await asyncio.wait_for(self._api.close(), 2)
        except asyncio.TimeoutError:
            pass
        await processes.stop(self._child)
        self._directory.cleanup()

    async def open_room(self, room):
        """The configuration has it."""

    async def join(self, generator, peer):
        handle = await self._api.attach()
        if peer.publishes:
            await self._publish(generator, peer, handle)
        else:
            await self._view(generator, peer, handle)
        await generator.expect(peer.id)

    async def _publish(self, generator, peer, handle):
        joined, _ = await self._api.message(handle, {"request": "join", "ptype": "publisher", "room": ROOM})
        self._feed = joined["id"]
        offer = (await generator.do("join", **peer.spec()))["offer"]
        _, jsep = await self._api.message(handle, {"request": "publish"}, {"type": "offer", "sdp": offer})
        await generator.do("answer", peer=peer.id, sdp=jsep["sdp"])

    async def _view(self, generator, peer, handle):
        request = {"request": "join", "ptype": "subscriber", "room": ROOM, "streams": [{"feed": self._feed}]}
        _, jsep = await self._api.message(handle, request)
        answer = (await generator.do("join", **peer.spec(), offer=jsep["sdp"]))["answer"]
        await self._api.message(handle, {"request": "start"}, {"type": "answer", "sdp": answer})
