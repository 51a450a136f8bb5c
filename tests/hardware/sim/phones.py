"""Emulated wallets, the phones' side: an iPhone with Apple VAS passes and an Android phone with Google Smart Tap."""

import hashlib
import os
import time
import zlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hardware import ber
from hardware.ndef import Record, decode, encode, external

OSE = b"OSE.VAS.01"
SMART_TAP = bytes.fromhex("A000000476D0000111")
APPLE_EPOCH = 978307200


def point(key):
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def seal_vas(reader_public, pass_type_id, message, phone_time, *, fallback=False, device=None):
    """A cryptogram as a phone makes it."""
    device = device or ec.generate_private_key(ec.SECP256R1())
    merchant = hashlib.sha256(pass_type_id.encode()).digest()
    reader_x = reader_public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)[1:]
    purpose = b"ApplePay encrypted VAS data"
    info = purpose if fallback else b"\x0did-aes256-GCM" + purpose + merchant
    key = X963KDF(hashes.SHA256(), 32, info).derive(device.exchange(ec.ECDH(), reader_public))
    plain = int(phone_time - APPLE_EPOCH).to_bytes(4, "big") + message
    sealed = AESGCM(key).encrypt(bytes(16), plain, merchant if fallback else b"")
    return hashlib.sha256(reader_x).digest()[:4] + point(device)[1:] + sealed


class ApplePhone:
    """Passes: pass type id -> (public key, message). Counts taps; may be locked for the first ones."""

    def __init__(self, passes, *, locked_taps=0, fallback=False, now=time.time, status=None, harvested=None):
        self.passes = {hashlib.sha256(i.encode()).digest(): (i, *v) for i, v in passes.items()}
        self.locked_taps, self.fallback, self.now, self.status = locked_taps, fallback, now, status
        self.harvested = harvested
        self.asked: list[tuple[bytes, bool]] = []
        self._selected = False

    def __call__(self, apdu):
        if apdu[:4] == bytes.fromhex("00A40400"):
            self._selected = apdu[5 : 5 + apdu[4]] == OSE
            return self._ose() + b"\x90\x00" if self._selected else b"\x6a\x82"
        if apdu[:4] == bytes.fromhex("80CA0101") and self._selected:
            return self._vas(apdu[5 : 5 + apdu[4]])
        return b"\x6d\x00"

    def _ose(self):
        body = ber.build(0x50, b"ApplePay") + ber.build(0x9F21, b"\x01\x00")
        body += ber.build(0x9F24, os.urandom(4)) + ber.build(0x9F23, bytes.fromhex("0000001e"))
        return ber.build(0x6F, body)

    def _vas(self, body):
        fields = dict(ber.parse(body))
        if fields.get(0x9F22) != b"\x01\x00" or len(fields.get(0x9F25, b"")) != 32 or len(fields.get(0x9F28, b"")) != 4:
            return b"\x6a\x80"
        mode = fields[0x9F26]
        self.asked.append((fields[0x9F25], bool(mode[3] & 0x80)))
        if self.status:
            return self.status
        if fields[0x9F25] not in self.passes:
            return b"\x6a\x83"
        if self.locked_taps:
            self.locked_taps -= 1
            return b"\x62\x87"
        name, public, message = self.passes[fields[0x9F25]]
        cryptogram = self.harvested or seal_vas(public, name, message, self.now(), fallback=self.fallback)
        return ber.build(0x70, ber.build(0x9F2A, b"") + ber.build(0x9F27, cryptogram)) + b"\x90\x00"


class AndroidPhone:
    """One event ticket behind Smart Tap. Checks the terminal's signature unless told not to."""

    def __init__(self, collector_public, value, **faults):
        self.collector_public, self.value = collector_public, value
        self.collector_id = faults.pop("collector_id", 20180608)
        self.key_version = faults.pop("key_version", 1)
        self.chunk = faults.pop("chunk", None)
        self.encrypted = faults.pop("encrypted", True)
        self.break_mac = faults.pop("break_mac", False)
        self.bomb = faults.pop("bomb", False)
        self.data_status = faults.pop("data_status", b"\x90\x00")
        self.session_status = faults.pop("session_status", 1)
        self.versions = faults.pop("versions", b"\x00\x00\x00\x01")
        self.sequence_step = faults.pop("sequence_step", 1)
        self.bare_ose = faults.pop("bare_ose", False)
        self.well_known = faults.pop("well_known", False)
        self.passes = faults.pop("passes", None)
        assert not faults
        self.compressed_answers = 0
        self._rest = b""

    def __call__(self, apdu):
        if apdu[:4] == bytes.fromhex("00A40400"):
            return self._select(apdu[5 : 5 + apdu[4]])
        if apdu[:2] == b"\x90\x53":
            return self._negotiate(apdu[5 : 5 + apdu[4]])
        if apdu[:2] == b"\x90\x50":
            return self._get_data(apdu[5 : 5 + apdu[4]])
        if apdu == bytes.fromhex("90C0000000"):
            return self._chunked()
        return b"\x6d\x00"

    def _select(self, aid):
        if aid == OSE:
            self.device = ec.generate_private_key(ec.SECP256R1())
            self.nonce = os.urandom(32)
            return self._ose() + b"\x90\x00"
        if aid == SMART_TAP:
            return self.versions + encode([Record(4, b"mdn", b"\x04" + self.nonce, b"mdn")]) + b"\x90\x00"
        return b"\x6a\x82"

    def _ose(self):
        body = ber.build(0x50, b"AndroidPay") + ber.build(0xC0, b"\x00\x01")
        if not self.bare_ose:
            body += ber.build(0xC1, bytes.fromhex("cc00000000008080")) + ber.build(0xC2, self.nonce)
            body += ber.build(0xC3, point(self.device))
            entry = ber.build(0x4F, SMART_TAP) + ber.build(0x87, b"\x01")
            body += ber.build(0xA5, ber.build(0xBF0C, ber.build(0x61, entry)))
        return ber.build(0x6F, body)

    def _negotiate(self, body):
        request = decode(body)[0]
        assert request.type == b"ngr"
        assert request.payload[:2] == b"\x00\x01"
        fields = {r.type: r.payload for r in decode(request.payload[2:])}
        params = fields[b"cpr"]
        nonce, live, reader_point, version = params[:32], params[32], params[33:66], params[66:70]
        proof = {r.type: r.payload for r in decode(params[70:])}
        self.session, sequence = fields[b"ses"][:8], fields[b"ses"][8]
        blob = nonce + self.nonce + proof[b"cld"][1:] + reader_point
        if proof[b"cld"][1:] != self.collector_id.to_bytes(4, "big") or live != 1:
            return b"\x95\x00"
        if int.from_bytes(version, "big") != self.key_version:
            return b"\x95\x00"
        try:
            self.collector_public.verify(proof[b"sig"][1:], blob, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return b"\x95\x00"
        reader = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), reader_point)
        info = blob + proof[b"sig"][1:]
        hkdf = HKDF(hashes.SHA256(), 48, salt=point(self.device), info=info)
        keys = hkdf.derive(self.device.exchange(ec.ECDH(), reader))
        self.aes, self.mac = keys[:16], keys[16:]
        answer = [self._ses(sequence), external("dpk", point(self.device))]
        return encode([external("nrs", encode(answer))]) + b"\x90\x00"

    def _ses(self, sequence):
        return external("ses", self.session + bytes([sequence + self.sequence_step & 0xFF, self.session_status]))

    def _get_data(self, body):
        request = decode(body)[0]
        fields = {r.type: r.payload for r in decode(request.payload[2:])}
        if self.data_status[0] not in (0x90, 0x91) or self.data_status == b"\x90\x01":
            return self.data_status
        bundle = self._bundle(self._plain(), zlib_wanted=bool(fields[b"pcr"][0] & 0x40))
        answer = [self._ses(fields[b"ses"][8]), external("reb", bundle)]
        self._rest = encode([external("srs", encode(answer))])
        return self._chunked()

    def _chunked(self):
        size = self.chunk or len(self._rest)
        part, self._rest = self._rest[:size], self._rest[size:]
        return part + (b"\x91\x00" if self._rest else b"\x90\x00")

    def _plain(self):
        if self.bomb:
            return bytes(4_000_000)
        return encode([external("asv", encode(self._service(v))) for v in (self.passes or [self.value])])

    def _service(self, value):
        number = Record(1, b"T", b"\x02en" + value, b"n") if self.well_known else external("n", b"\x01" + value)
        ticket = encode([external("oid", b"\x04" + bytes(range(8))), number])
        return [external("i", b"\x04\x01\x02\x03\x04\x05"), external("et", ticket)]

    def _bundle(self, plain, *, zlib_wanted):
        flags = 0x01 if self.encrypted else 0x00
        if zlib_wanted or self.bomb:
            plain, flags = zlib.compress(plain), flags | 0x02
            self.compressed_answers += 1
        if not self.encrypted:
            return bytes([flags]) + plain
        iv = os.urandom(12)
        encryptor = Cipher(algorithms.AES(self.aes), modes.CTR(iv + bytes(4))).encryptor()
        sealed = iv + encryptor.update(plain) + encryptor.finalize()
        mac = HMAC(self.mac, hashes.SHA256())
        mac.update(sealed)
        seal = mac.finalize()
        return bytes([flags]) + sealed + (bytes(32) if self.break_mac else seal)
