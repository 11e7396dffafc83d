#!/usr/bin/python3
"""WebRTC peers behind a NAT, each with a tone to send, as many as they are told: commands are lines of JSON on standard
input, what comes of them are lines on standard output. Usage: nat_peer.py ADDRESS [STUN_ADDRESS:PORT]

{"peer": N, "do": "offer"}                      -> {"peer": N, "offer": SDP}, with all candidates in it
{"peer": N, "do": "answer", "sdp": SDP}
{"peer": N, "do": "candidate", "candidate": …}  -> {"peer": N, "state": …} whenever it changes
{"peer": N, "do": "heard"}                      -> {"peer": N, "heard": FRAMES}, of sound, since it was asked last
{"peer": N, "do": "close"}
"""
import asyncio
import fractions
import json
import sys

import aioice.ice
import numpy
from aiortc import MediaStreamTrack, RTCConfiguration, RTCIceServer, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import candidate_from_sdp
from av import AudioFrame

SAMPLE_RATE_HZ = 48000
SAMPLES_A_FRAME = 960


class Tone(MediaStreamTrack):
    kind = "audio"
    _samples = (numpy.sin(numpy.arange(SAMPLES_A_FRAME) * 0.0576) * 12000).astype(numpy.int16).reshape(1, -1)

    def __init__(self):
        super().__init__()
        self._sent = 0
        self._start = None

    async def recv(self):
        loop = asyncio.get_running_loop()
        self._start = self._start or loop.time()
        await asyncio.sleep(max(0, self._start + self._sent / SAMPLE_RATE_HZ - loop.time()))
        frame = AudioFrame.from_ndarray(self._samples, format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        frame.pts, frame.time_base = self._sent, fractions.Fraction(1, SAMPLE_RATE_HZ)
        self._sent += SAMPLES_A_FRAME
        return frame


def say(**message):
    print(json.dumps(message), flush=True)


class Peer:
    def __init__(self, number, stun):
        servers = [RTCIceServer(urls=f"stun:{stun}")] if stun else []
        self._number = number
        self._heard = 0
        self._connection = RTCPeerConnection(RTCConfiguration(iceServers=servers))
        self._connection.addTrack(Tone())
        self._connection.on("track", lambda track: asyncio.ensure_future(self._listen(track)))
        self._connection.on("connectionstatechange",
                            lambda: say(peer=number, state=self._connection.connectionState))

    async def _listen(self, track):
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:  # closed
                return
            if numpy.abs(frame.to_ndarray()).max() > 1000:
                self._heard += 1

    async def offer(self, _):
        await self._connection.setLocalDescription(await self._connection.createOffer())
        say(peer=self._number, offer=self._connection.localDescription.sdp)

    async def answer(self, message):
        await self._connection.setRemoteDescription(RTCSessionDescription(sdp=message["sdp"], type="answer"))

    async def candidate(self, message):
        candidate = candidate_from_sdp(message["candidate"].split(":", 1)[1])
        candidate.sdpMid, candidate.sdpMLineIndex = "0", 0
        await self._connection.addIceCandidate(candidate)

    async def heard(self, _):
        say(peer=self._number, heard=self._heard)
        self._heard = 0

    async def close(self, _):
        await self._connection.close()
        say(peer=self._number, closed=True)


async def run(peer, message):
    try:
        await getattr(peer, message["do"])(message)
    except Exception as error:  # told, and the other peers go on
        say(peer=message["peer"], error=f"{message['do']}: {error!r}")


async def main(address, stun=None):
    # The one that stands behind the NAT, and no other of the namespace.
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [address]
    loop = asyncio.get_running_loop()
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    peers = {}
    say(ready=True)
    while line := await lines.readline():
        message = json.loads(line)
        if message["peer"] not in peers:
            peers[message["peer"]] = Peer(message["peer"], stun)
        await asyncio.sleep(0)
        asyncio.ensure_future(run(peers[message["peer"]], message))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
