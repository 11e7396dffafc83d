#!/usr/bin/python3
"""Sends a moving picture and a tone through a WebRtcEndpoint that is connected to itself, and prints as JSON what
came back. Usage: aiortc_loopback.py ws://HOST:PORT/kurento"""
import asyncio
import fractions
import itertools
import json
import math
import os
import sys
import traceback

import aioice.ice
import numpy
import websockets
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription, VideoStreamTrack
from aiortc.sdp import candidate_from_sdp
from av import AudioFrame, VideoFrame

WANTED_VIDEO_FRAMES = 60
WANTED_AUDIO_FRAMES = 100
DEADLINE_S = 40
SAMPLE_RATE_HZ = 48000
SAMPLES_A_FRAME = 960
TONE_HZ = 440

# aioice leaves the loopback interface out; here it is the only one wanted.
aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: ["127.0.0.1"]


class MovingBars(VideoStreamTrack):
    """A bright bar that walks over a grey picture."""

    def __init__(self):
        super().__init__()
        self._positions = itertools.count(step=8)

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        picture = numpy.full((240, 320, 3), 90, numpy.uint8)
        left = next(self._positions) % 320
        picture[:, left : left + 32] = 230
        frame = VideoFrame.from_ndarray(picture, format="bgr24")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Tone(MediaStreamTrack):
    kind = "audio"

    def __init__(self):
        super().__init__()
        self._sent = 0
        self._start = None

    async def recv(self):
        loop = asyncio.get_running_loop()
        self._start = self._start or loop.time()
        await asyncio.sleep(max(0, self._start + self._sent / SAMPLE_RATE_HZ - loop.time()))
        phase = (self._sent + numpy.arange(SAMPLES_A_FRAME)) * 2 * math.pi * TONE_HZ / SAMPLE_RATE_HZ
        samples = (numpy.sin(phase) * 12000).astype(numpy.int16).reshape(1, -1)
        frame = AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate = SAMPLE_RATE_HZ
        frame.pts, frame.time_base = self._sent, fractions.Fraction(1, SAMPLE_RATE_HZ)
        self._sent += SAMPLES_A_FRAME
        return frame


class Kurento:
    """JSON-RPC over one WebSocket; events wait in a queue."""

    def __init__(self, socket):
        self._socket = socket
        self._ids = itertools.count(1)
        self._waiting = {}
        self.events = asyncio.Queue()
        self._reader = asyncio.ensure_future(self._read())

    async def _read(self):
        async for text in self._socket:
            message = json.loads(text)
            if message.get("method") == "onEvent":
                await self.events.put(message["params"]["value"])
            else:
                self._waiting.pop(message["id"]).set_result(message)

    async def call(self, method, **params):
        number = next(self._ids)
        self._waiting[number] = answer = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))
        message = await asyncio.wait_for(answer, 10)
        if "error" in message:
            raise RuntimeError(f"{method}: {message['error']}")
        return message["result"].get("value")

    async def invoke(self, target, operation, **parameters):
        return await self.call("invoke", object=target, operation=operation, operationParams=parameters)


async def read_video(track):
    seen, brightness, size = [], 0.0, None
    while len(seen) < WANTED_VIDEO_FRAMES:
        frame = await track.recv()
        luma = frame.to_ndarray(format="gray")
        seen.append(int(luma.astype(numpy.int64)[:, ::8].sum(axis=0).argmax()))
        brightness, size = float(luma.mean()), (frame.width, frame.height)
    return {"frames": len(seen), "distinct": len(set(seen)), "brightness": brightness, "width": size[0], "height": size[1]}


async def read_audio(track):
    peak = 0
    for count in range(1, WANTED_AUDIO_FRAMES + 1):
        frame = await track.recv()
        peak = max(peak, int(numpy.abs(frame.to_ndarray().astype(numpy.int32)).max()))
    return {"frames": count, "peak": peak}


async def trickle(kurento, connection):
    """Hands the endpoint's candidates to the connection until gathering is done."""
    while True:
        event = await kurento.events.get()
        if event["type"] == "IceGatheringDone":
            return
        found = event["data"]["candidate"]
        candidate = candidate_from_sdp(found["candidate"].split(":", 1)[1])
        candidate.sdpMid, candidate.sdpMLineIndex = found["sdpMid"], found["sdpMLineIndex"]
        await connection.addIceCandidate(candidate)


async def loopback(url):
    async with websockets.connect(url) as socket:
        kurento = Kurento(socket)
        pipeline = await kurento.call("create", type="MediaPipeline", constructorParams={})
        endpoint = await kurento.call("create", type="WebRtcEndpoint", constructorParams={"mediaPipeline": pipeline})
        for event in ("IceCandidateFound", "IceGatheringDone"):
            await kurento.call("subscribe", object=endpoint, type=event)
        await kurento.invoke(endpoint, "connect", sink=endpoint)

        connection = RTCPeerConnection()
        readers = {}

        @connection.on("track")
        def on_track(track):
            readers[track.kind] = asyncio.ensure_future((read_video if track.kind == "video" else read_audio)(track))

        connection.addTrack(Tone())
        connection.addTrack(MovingBars())
        await connection.setLocalDescription(await connection.createOffer())
        answer = await kurento.invoke(endpoint, "processOffer", offer=connection.localDescription.sdp)
        await connection.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))
        await kurento.invoke(endpoint, "gatherCandidates")
        await trickle(kurento, connection)
        counts = {kind: await reader for kind, reader in readers.items()}
        await connection.close()
        await kurento.call("release", object=pipeline)
        return counts


def main():
    """Ends the process at once in either case: decoders' threads may still wait for frames."""
    try:
        print(json.dumps(asyncio.run(asyncio.wait_for(loopback(sys.argv[1]), DEADLINE_S))), flush=True)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


if __name__ == "__main__":
    main()
