"""A WebSocket client of the standard library alone (RFC 6455): blocking, text and close frames."""
import base64
import os
import socket
import struct
from urllib.parse import urlsplit


class Closed(Exception):
    """The connection has ended, with this close code (1006 without a close frame)."""

    def __init__(self, code, reason):
        super().__init__(f"{code} {reason}")
        self.code, self.reason = code, reason


class WebSocket:
    def __init__(self, url, timeout=5.0):
        parts = urlsplit(url)
        self._socket = socket.create_connection((parts.hostname, parts.port or 80), timeout)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self._timeout = timeout
        target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
        key = base64.b64encode(os.urandom(16)).decode()
        self._socket.sendall(f"GET {target} HTTP/1.1\r\nHost: {parts.netloc}\r\nUpgrade: websocket\r\n"
                             f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode())
        while b"\r\n\r\n" not in self._buffer:
            self._fill()
        head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
        if not head.startswith(b"HTTP/1.1 101 "):
            raise ConnectionError(head.split(b"\r\n")[0].decode())

    def send(self, text, opcode=1):
        data = text.encode()
        size = len(data)
        head = bytes([0x80 | opcode])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += struct.pack(">BH", 0x80 | 126, size)
        else:
            head += struct.pack(">BQ", 0x80 | 127, size)
        try:
            self._socket.sendall(head + bytes(4) + data)  # a mask of zeros
        except OSError as gone:
            raise Closed(1006, str(gone)) from gone

    def receive(self, timeout=None):
        """The next text message, or None where none comes in time."""
        self._socket.settimeout(self._timeout if timeout is None else timeout)
        try:
            while True:
                opcode, data = self._frame()
                if opcode in (1, 2):
                    return data.decode()
                if opcode == 8:
                    code = struct.unpack(">H", data[:2])[0] if len(data) >= 2 else 1005
                    raise Closed(code, data[2:].decode())
                if opcode == 9:
                    self.send(data.decode(), 10)
        except socket.timeout:
            return None

    def close(self):
        self._socket.close()

    def _frame(self):
        # Nothing is taken out of the buffer until the frame is whole, so that a timeout loses nothing.
        self._need(2)
        size, start = self._buffer[1] & 0x7f, 2
        if size == 126:
            self._need(4)
            size, start = struct.unpack(">H", self._buffer[2:4])[0], 4
        elif size == 127:
            self._need(10)
            size, start = struct.unpack(">Q", self._buffer[2:10])[0], 10
        self._need(start + size)
        opcode, data = self._buffer[0] & 0x0f, self._buffer[start:start + size]
        self._buffer = self._buffer[start + size:]
        return opcode, data

    def _need(self, count):
        while len(self._buffer) < count:
            self._fill()

    def _fill(self):
        try:
            data = self._socket.recv(65536)
        except socket.timeout:
            raise
        except OSError as gone:
            raise Closed(1006, str(gone)) from gone
        if not data:
            raise Closed(1006, "")
        self._buffer += data
