"""A network camera: RTSP over TCP, motion JPEG in RTP (RFC 2326, RFC 2435), one picture again and again."""

from __future__ import annotations

import socket
import struct
import threading
from typing import Self

import numpy as np

from hardware.opencv import cv2

_PIECE = 1200  # bytes of picture in one packet
_TICKS = 3000  # of 90,000 a second between two pictures
_SDP = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=door\r\nt=0 0\r\nm=video 0 RTP/AVP 26\r\na=control:one\r\n"


class RtspCamera:
    """Serves whoever connects, one after the other, until it is left."""

    def __init__(self) -> None:
        picture = np.full((120, 160, 3), 200, np.uint8)
        picture[:, 80:] = 40
        self._tables, self._scan = _parts_of(picture)
        self._door = socket.create_server(("127.0.0.1", 0))
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self.url = f"rtsp://127.0.0.1:{self._door.getsockname()[1]}/stream"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._door.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._door.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            with line:
                try:
                    self._talk(line)
                except OSError:
                    continue  # whoever looked went away

    def _talk(self, line: socket.socket) -> None:
        line.settimeout(5)
        asked = b""
        while True:
            while b"\r\n\r\n" not in asked:
                more = line.recv(4096)
                if not more:
                    return
                asked += more
            request, _, asked = asked.partition(b"\r\n\r\n")
            if self._answer(line, request.decode()):
                self._play(line)
                return

    def _answer(self, line: socket.socket, request: str) -> bool:
        """Answer; whether the pictures begin now."""
        verb = request.split(maxsplit=1)[0]
        number = next(each.split(":")[1] for each in request.splitlines() if each.lower().startswith("cseq"))
        more, body = "", ""
        if verb == "OPTIONS":
            more = "Public: OPTIONS, DESCRIBE, SETUP, PLAY\r\n"
        elif verb == "DESCRIBE":
            body = _SDP
            more = f"Content-Base: {self.url}/\r\nContent-Type: application/sdp\r\nContent-Length: {len(body)}\r\n"
        elif verb == "SETUP":
            more = "Session: 1\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
        line.sendall(f"RTSP/1.0 200 OK\r\nCSeq:{number}\r\n{more}\r\n{body}".encode())
        return verb == "PLAY"

    def _play(self, line: socket.socket) -> None:
        sequence = 0
        for picture in range(10_000):
            for at in range(0, len(self._scan), _PIECE):
                piece = self._scan[at : at + _PIECE]
                last = at + _PIECE >= len(self._scan)
                head = struct.pack(">BBHII", 0x80, 26 | last << 7, sequence & 0xFFFF, picture * _TICKS, 7)
                jpeg = struct.pack(">IBBBB", at, 1, 255, 160 // 8, 120 // 8)
                tables = struct.pack(">BBH", 0, 0, len(self._tables)) + self._tables if at == 0 else b""
                packet = head + jpeg + tables + piece
                line.sendall(struct.pack(">BBH", 0x24, 0, len(packet)) + packet)
                sequence += 1
            if self._over.wait(1 / 30):
                return


def _parts_of(picture: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> tuple[bytes, bytes]:
    """The quantisation tables and the coded scan of a picture, which is what RFC 2435 sends of it."""
    _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 80])
    data, at, tables = coded.tobytes(), 2, b""
    while data[at + 1] != 0xDA:
        size = int.from_bytes(data[at + 2 : at + 4], "big")
        if data[at + 1] == 0xDB:
            body = data[at + 4 : at + 2 + size]
            tables += b"".join(body[start + 1 : start + 65] for start in range(0, len(body), 65))
        at += 2 + size
    at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return tables, data[at:-2]
