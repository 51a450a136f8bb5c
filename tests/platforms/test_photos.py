"""Pictures of guests from a real TLS server on this machine: what is let through, and everything that is not."""

import datetime as dt
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from scanner_app.platforms.photos import BIGGEST, Photos, public

PICTURE = b"\x89PNG\r\n\x1a\n" + b"x" * 500


def certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "both.pem"
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append(self.path)
        if self.path.startswith("/elsewhere"):
            self.send_response(302)
            self.send_header("Location", "/guest.png")
            self.end_headers()
            return
        body = b"x" * (BIGGEST + 1) if self.path.startswith("/large") else PICTURE
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture
def server(tmp_path):
    file = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.socket = context.wrap_socket(found.socket, server_side=True)
    found.asked = []
    found.trust = ssl.create_default_context(cafile=str(file))
    found.port = found.server_address[1]
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


def photos(server, **more):
    return Photos(trust=server.trust, port=server.port, **({"reach": lambda _: True} | more))


def test_a_picture_of_a_server_that_was_named(server):
    url = f"https://localhost:{server.port}/guests/ada%20l.png?size=2&sig=a%2Fb"
    assert photos(server).fetch(url, ("localhost",)) == PICTURE
    assert server.asked == ["/guests/ada%20l.png?size=2&sig=a%2Fb"]


def test_this_network_is_never_reached_whatever_the_name_says(server):
    url = f"https://localhost:{server.port}/guest.png"
    assert Photos(trust=server.trust, port=server.port).fetch(url, ("localhost",)) == b""
    assert server.asked == []


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:{port}/guest.png",
        "https://other.example.org:{port}/guest.png",
        "https://localhost/guest.png",  # another port
        "https://user:secret@localhost:{port}/guest.png",
        "https://localhost:{port}/../guest.png",
        "https://localhost.:{port}/guest.png",
        "file:///etc/passwd",
        "https://localhost:99999999/guest.png",
        "",
    ],
)
def test_other_addresses_are_not_even_asked(server, url):
    assert photos(server).fetch(url.format(port=server.port), ("localhost",)) == b""
    assert server.asked == []


def test_nothing_is_fetched_unless_a_server_was_named(server):
    assert photos(server).fetch(f"https://localhost:{server.port}/guest.png", ()) == b""
    assert server.asked == []


def test_redirects_and_large_answers_bring_nothing(server):
    for path in ("elsewhere", "large"):
        assert photos(server).fetch(f"https://localhost:{server.port}/{path}", ("localhost",)) == b""
    assert len(server.asked) == 2, "the redirect was not followed"


def test_a_certificate_nobody_trusts_brings_nothing(server):
    untrusting = Photos(port=server.port, reach=lambda _: True)
    assert untrusting.fetch(f"https://localhost:{server.port}/guest.png", ("localhost",)) == b""
    assert server.asked == []


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("192.168.0.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - refused
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("nonsense", False),
    ],
)
def test_what_belongs_to_the_internet_at_large(address, good):
    assert public(address) is good
