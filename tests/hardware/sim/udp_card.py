"""A card on nfcpy's udp wire: one datagram is `<BRTY> <hex>` or `RFOFF`. Answers on 127.0.0.1 from an own thread."""

import socket
import threading


class UdpCard:
    """Context manager; `card` may be exchanged at any time, None is an empty field."""

    def __init__(self, card=None):
        self.card = card
        self.heard: list[str] = []
        self.polled = threading.Event()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="udp-card")

    @property
    def device(self):
        return f"udp:127.0.0.1:{self.port}"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._socket.sendto(b"END", ("127.0.0.1", self.port))
        self._thread.join(5)
        self._socket.close()

    def _serve(self):
        while True:
            datagram, sender = self._socket.recvfrom(2048)
            if datagram == b"END":
                return
            self.polled.set()
            answer = self._answer(datagram)
            if answer is not None:
                self._socket.sendto(answer, sender)

    def _answer(self, datagram):
        card = self.card
        if datagram.startswith(b"RFOFF"):
            if card:
                card.field_off()
            return None
        technology, _, body = datagram.decode("ascii").partition(" ")
        self.heard.append(datagram.decode("ascii"))
        answer = card.answer(technology, bytes.fromhex(body)) if card else None
        return None if answer is None else f"{technology} {answer.hex()}".encode()
