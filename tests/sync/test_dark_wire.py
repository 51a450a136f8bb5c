"""A network that swallows packets, by the kernel's own means: a server in a network namespace whose way back is cut."""

import itertools
import os
import ssl
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from scanner_app.application.clock import SystemClock
from scanner_app.application.ports import Connection
from scanner_app.domain.errors import PlatformTrouble
from scanner_app.platforms.http import Http
from scanner_app.sync.connectivity import Connectivity

OURS, THEIRS = "10.231.77.1", "10.231.77.2"
NOTICED = 3.3  # three seconds and a tenth of them (reliability.md, O3 and O2)
NUMBERS = itertools.count()
SERVER = f"""
import http.server, ssl, sys
class Answers(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(({THEIRS!r}, 8443), Answers)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
print("ready", flush=True)
server.serve_forever()
"""


def made_up_certificate(path):
    """Write key and certificate of the far end; return the certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "far end")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(THEIRS))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, *form) + pem)
    return pem.decode()


def ip(*words):
    subprocess.run(["ip", *words], check=True, capture_output=True)


class Wire:
    """A cable between this machine and a server of its own."""

    def __init__(self, folder):
        self.trust = ssl.create_default_context(cadata=made_up_certificate(folder / "server.pem"))
        self.name = f"w{os.getpid()}-{next(NUMBERS)}"  # the kernel takes its time over removing one
        near, far = f"{self.name}n", f"{self.name}f"
        ip("netns", "add", self.name)
        ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", self.name)
        ip("addr", "add", f"{OURS}/30", "dev", near)
        ip("link", "set", near, "up")
        ip("-n", self.name, "addr", "add", f"{THEIRS}/30", "dev", far)
        ip("-n", self.name, "link", "set", far, "up")
        command = ["ip", "netns", "exec", self.name, sys.executable, "-c", SERVER, str(folder / "server.pem")]
        self.server = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self.server.stdout.readline() == b"ready\n"

    def cut(self):
        """Nothing comes back any more, and nobody says so."""
        ip("-n", self.name, "route", "add", "blackhole", f"{OURS}/32")

    def mend(self):
        ip("-n", self.name, "route", "del", "blackhole", f"{OURS}/32")

    def close(self):
        self.server.kill()
        self.server.communicate()
        ip("netns", "del", self.name)


@pytest.fixture
def wire(tmp_path):
    try:
        made = Wire(tmp_path)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs iproute2 and the right to make network namespaces")
    yield made
    made.close()


@pytest.fixture
def http(wire):
    made = Http(f"https://{THEIRS}:8443", dict, trust=wire.trust)
    yield made
    made.close()


@pytest.mark.parametrize("busy", [False, True])
def test_a_dark_wire_is_shown_within_three_seconds_whether_anybody_asks_or_not(wire, http, busy):
    def ask(deadline=2.0):
        return http.request("GET", ["doors"], deadline=deadline).date

    def upload():
        with suppress(PlatformTrouble):
            connectivity.ask(lambda: ask(10.0))

    connectivity = Connectivity("acc", ask, SystemClock(), rest=http.at_rest)
    states = {state: threading.Event() for state in Connection}
    connectivity.listen(lambda state: states[state].set())
    probe = threading.Thread(target=connectivity.run, daemon=True)
    probe.start()
    assert states[Connection.ONLINE].wait(5)
    wire.cut()
    began = time.monotonic()
    if busy:
        threading.Thread(target=upload, daemon=True).start()
    assert states[Connection.OFFLINE].wait(5)
    assert time.monotonic() - began < NOTICED
    states[Connection.ONLINE].clear()
    wire.mend()
    assert states[Connection.ONLINE].wait(5)
    connectivity.bell.close()
    http.close()
    probe.join(5)
