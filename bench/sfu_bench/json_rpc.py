"""A client of the Kurento protocol: JSON-RPC 2.0 over a WebSocket, with events."""
import asyncio
import itertools
import json

import websockets

ANSWER_SECONDS = 30


class RpcError(RuntimeError):
    pass


class JsonRpc:
    def __init__(self, socket):
        self._socket = socket
        self._numbers = itertools.count(1)
        self._answers = {}
        self._handlers = {}
        self._session = None
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, url):
        rpc = cls(await websockets.connect(url, max_size=1 << 24, ping_interval=None, compression=None))
        rpc._session = (await rpc._call("connect", {}))["sessionId"]
        return rpc

    async def close(self):
        await self._socket.close()
        self._reader.cancel()

    async def create(self, kind, **parameters):
        return await self._value("create", type=kind, constructorParams=parameters)

    async def invoke(self, target, operation, **parameters):
        return await self._value("invoke", object=target, operation=operation, operationParams=parameters)

    async def subscribe(self, target, event, handler):
        """The handler may be called before this returns."""
        self._handlers[target, event] = handler
        return await self._value("subscribe", object=target, type=event)

    async def _value(self, method, **parameters):
        return (await self._call(method, {**parameters, "sessionId": self._session})).get("value")

    async def _call(self, method, parameters):
        number = next(self._numbers)
        answer = self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": parameters}))
        answer = await asyncio.wait_for(answer, ANSWER_SECONDS)
        if "error" in answer:
            raise RpcError(f"{method}: {answer['error'].get('message')}")
        return answer["result"]

    async def _read(self):
        why = "the server has closed the connection"
        try:
            async for text in self._socket:
                self._take(json.loads(text))
        except websockets.ConnectionClosed as closed:
            why = f"the connection to the server is lost: {closed}"
        for waiting in self._answers.values():
            if not waiting.done():
                waiting.set_exception(RpcError(why))

    def _take(self, message):
        if message.get("method") == "onEvent":
            value = message["params"]["value"]
            handler = self._handlers.get((value["object"], value["type"]))
            if handler:
                handler(value["data"])
        elif message.get("id") in self._answers:
            answer = self._answers.pop(message["id"])
            if not answer.done():
                answer.set_result(message)
