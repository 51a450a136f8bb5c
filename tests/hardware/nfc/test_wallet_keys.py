import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from hardware.wallet_keys import BadKey, KeyReason, load_key, load_key_file

P256 = ec.generate_private_key(ec.SECP256R1())


def pem(key, encryption=None):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption or NoEncryption())


def test_keys_are_read_in_both_usual_forms(tmp_path):
    file = tmp_path / "key.pem"
    for style in (PrivateFormat.PKCS8, PrivateFormat.TraditionalOpenSSL):
        file.write_bytes(P256.private_bytes(Encoding.PEM, style, NoEncryption()))
        assert load_key_file(file).private_numbers() == P256.private_numbers()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", KeyReason.NOT_A_PRIVATE_KEY),
        (b"\xff" * 100, KeyReason.NOT_A_PRIVATE_KEY),
        (P256.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), KeyReason.NOT_A_PRIVATE_KEY),
        (pem(P256, BestAvailableEncryption(b"x")), KeyReason.ENCRYPTED),
        (pem(ec.generate_private_key(ec.SECP384R1())), KeyReason.NOT_P256),
        (pem(rsa.generate_private_key(65537, 2048)), KeyReason.NOT_P256),
    ],
)
def test_what_is_wrong_with_a_key_is_said(content, reason):
    with pytest.raises(BadKey) as caught:
        load_key(content, "apple.pem")
    assert caught.value.reason is reason
    assert "apple.pem" in str(caught.value)


def test_missing_and_unreadable_files(tmp_path):
    with pytest.raises(BadKey) as caught:
        load_key_file(tmp_path / "none.pem")
    assert caught.value.reason is KeyReason.MISSING
    with pytest.raises(BadKey) as caught:
        load_key_file(tmp_path)
    assert caught.value.reason is KeyReason.UNREADABLE
