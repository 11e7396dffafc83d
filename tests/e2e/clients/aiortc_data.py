#!/usr/bin/python3
"""Sends bytes by a data channel through a WebRtcEndpoint that is connected to itself, and prints as JSON the digests of what
went and what came back. Usage: aiortc_data.py ws://HOST:PORT/kurento ordered|unordered MEGABYTES"""
import asyncio
import hashlib
import json
import os
import struct
import sys
import time
import traceback

import websockets
from aiortc import RTCPeerConnection, RTCSessionDescription

from aiortc_loopback import Kurento, trickle

DEADLINE_S = 270
MESSAGE_BYTES = 16 * 1024
ENOUGH_BYTES = 1024 * 1024


async def send_all(channel, content):
    for number, at in enumerate(range(0, len(content), MESSAGE_BYTES)):
        while channel.bufferedAmount > ENOUGH_BYTES:
            await asyncio.sleep(0.001)
        channel.send(struct.pack("!I", number) + content[at : at + MESSAGE_BYTES])
        if number % 16 == 0:
            await asyncio.sleep(0)


def receive_all(channel, length):
    content, came = bytearray(length), 0
    done = asyncio.get_running_loop().create_future()

    @channel.on("message")
    def on_message(message):
        nonlocal came
        at = struct.unpack("!I", message[:4])[0] * MESSAGE_BYTES
        content[at : at + len(message) - 4] = message[4:]
        came += len(message) - 4
        if came >= length and not done.done():
            done.set_result(content)

    return done


async def echo(url, ordered, megabytes):
    async with websockets.connect(url) as socket:
        kurento = Kurento(socket)
        pipeline = await kurento.call("create", type="MediaPipeline", constructorParams={})
        endpoint = await kurento.call("create", type="WebRtcEndpoint",
                                      constructorParams={"mediaPipeline": pipeline, "useDataChannels": True})
        for event in ("IceCandidateFound", "IceGatheringDone"):
            await kurento.call("subscribe", object=endpoint, type=event)
        await kurento.invoke(endpoint, "connect", sink=endpoint)

        connection = RTCPeerConnection()
        channel = connection.createDataChannel("bulk", ordered=ordered)
        opened = asyncio.Event()
        channel.on("open", opened.set)
        await connection.setLocalDescription(await connection.createOffer())
        answer = await kurento.invoke(endpoint, "processOffer", offer=connection.localDescription.sdp)
        await connection.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))
        await kurento.invoke(endpoint, "gatherCandidates")
        await trickle(kurento, connection)
        await opened.wait()

        sent = os.urandom(megabytes * 1_000_000)
        begun = time.monotonic()
        coming = receive_all(channel, len(sent))
        await send_all(channel, sent)
        received = await coming
        seconds = time.monotonic() - begun
        await connection.close()
        await kurento.call("release", object=pipeline)
        digests = {name: hashlib.sha256(it).hexdigest() for name, it in (("sent", sent), ("received", received))}
        return digests | {"seconds": seconds}


def main():
    url, order, megabytes = sys.argv[1:]
    try:
        print(json.dumps(asyncio.run(asyncio.wait_for(echo(url, order == "ordered", int(megabytes)), DEADLINE_S))), flush=True)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


if __name__ == "__main__":
    main()
