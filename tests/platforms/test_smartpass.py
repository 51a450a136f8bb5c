"""SmartPass Links: the vector byte for byte, both spellings, and lists of people."""

import base64
import csv
import io
import json
import tracemalloc
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner_app.__main__ import main
from scanner_app.domain.errors import Trouble
from scanner_app.platforms import smartpass
from scanner_app.platforms.registry import check_options
from scanner_app.platforms.smartpass import LinkTrouble
from scanner_app.platforms.smartpass_csv import make_many

# providers.md 3.9, the test vector
HEX = "6147d7def9ed94367a1e09c548c0745faa99aa71e940463d2d82cc0591253781"
KEY = bytes.fromhex(HEX)
IV = bytes(range(16))
URL = "https://pub1.pskt.io/c/abcdef"
FIELDS = {
    "members.member.externalId": "M-0001",
    "person.emailAddress": "ada@example.org",
    "person.externalId": "M-0001",
}
LINK = (
    "https://pub1.pskt.io/c/abcdef?data=5F0Xm0ERQcR2VywiC2Z-bcPkA9zzWMdnlkrNrqlsZ_YJyTBFtXgVzQV-wzgMyZzDbm3vZVPNP4SesF2"
    "YWjhoCtmHAzCXvAOGHE7mreLwiqio-_MRJm-TCBC9XxeimLMVhjpQjkTnkvgfxwIQvlFmww&iv=000102030405060708090a0b0c0d0e0f"
)


def test_the_vector_byte_for_byte():
    assert smartpass.make(FIELDS, URL, KEY, IV) == LINK
    assert smartpass.make(dict(reversed(FIELDS.items())), URL, KEY, IV) == LINK
    assert smartpass.read(LINK, KEY) == FIELDS


def node_link(fields: dict[str, str], *, quoted: bool = False) -> str:
    """A link as the vendor's Node tool writes it: standard base64, padded, not percent-encoded."""
    plain = json.dumps(fields, separators=(",", ":")).encode()
    pad = 16 - len(plain) % 16
    encryptor = Cipher(algorithms.AES(KEY), modes.CBC(IV)).encryptor()
    sealed = encryptor.update(plain + bytes([pad]) * pad) + encryptor.finalize()
    data, iv = (base64.b64encode(part).decode() for part in (sealed, IV))
    return f"{URL}?data={quote(data, safe='')}&iv={quote(iv, safe='')}" if quoted else f"{URL}?data={data}&iv={iv}"


@given(st.dictionaries(st.text(min_size=1), st.text(), min_size=1, max_size=8))
@settings(max_examples=1000)
def test_links_come_back_as_they_went_in(fields):
    try:
        link = smartpass.make(fields, URL, KEY)
    except LinkTrouble:
        with pytest.raises(UnicodeEncodeError):
            json.dumps(fields, ensure_ascii=False).encode()
        return
    assert smartpass.read(link, KEY) == fields


@given(st.dictionaries(st.text("abc.+/ é<>&", min_size=1), st.text("abc+/ é<>&"), min_size=1, max_size=5))
def test_the_other_spelling_is_read_too(fields):
    link = node_link(fields)
    assert smartpass.read(link, KEY) == fields
    assert smartpass.read(link.replace("+", " "), KEY) == fields  # what most query parsers make of it
    assert smartpass.read(node_link(fields, quoted=True), KEY) == fields


@given(st.text(max_size=60).map(lambda t: f"{URL}?data={t}&iv=" + IV.hex()) | st.text())
def test_no_text_is_anything_but_a_link_or_a_trouble(text):
    with pytest.raises(LinkTrouble):
        smartpass.read(text, KEY)


@given(st.integers(0, len(LINK) - 1), st.characters())
def test_a_damaged_link_never_breaks_the_reader(at, ch):
    damaged = LINK[:at] + ch + LINK[at + 1 :]
    try:
        assert set(map(type, smartpass.read(damaged, KEY).values())) <= {str}
    except LinkTrouble as trouble:
        assert trouble.code.startswith("link_")  # noqa: PT017 - either end is right


def test_another_key_reads_nothing():
    with pytest.raises(LinkTrouble) as raised:
        smartpass.read(LINK, bytes(32))
    assert raised.value.code == "link_wrong_key"


@pytest.mark.parametrize("written", ["", "xyz", "ab" * 15, "ab" * 33, "0x" + "ab" * 32])
def test_unusable_keys(written):
    with pytest.raises(LinkTrouble):
        smartpass.read_key(written)


@pytest.mark.parametrize(
    "url",
    ["", "http://pub1.pskt.io/c/a", "https://pub1.pskt.io/", "https://pub1.pskt.io/c/", "https://pub1.pskt.io/c/a/b"]  # noqa: RUF005
    + ["http://10.0.0.1/c/a", "http://127.0.0.1.example.org/c/a", "https://pub1.pskt.io/c/a?", "https://u@h/c/a"]
    + ["https://pub1.pskt.io/c/a?x=1", "https://pub1.pskt.io/c/a#x", "https://[/c/a", "https://pub1.pskt.io/c/a b"],
)
def test_unusable_landing_pages(url):
    with pytest.raises(Trouble) as raised:
        smartpass.landing_page(url)
    assert raised.value.code == ("settings_url_insecure" if url.startswith("http:") else "link_url")


def test_an_end_slash_is_no_trouble():
    assert smartpass.landing_page(" https://pub1.pskt.io/c/abcdef/ ") == URL


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080"])
def test_a_page_on_this_machine_needs_no_tls(host):
    assert smartpass.landing_page(f"http://{host}/c/guests") == f"http://{host}/c/guests"


@pytest.mark.parametrize(
    ("platform", "options", "code"),
    [
        ("passkit", {"link_url": "http://pub1.pskt.io/c/a"}, "settings_url_insecure"),
        ("passkit", {"page_url": "http://pub1.pskt.io/p"}, "settings_url_insecure"),
        ("airship", {"token_url": "ftp://oauth2.asnapius.com/token"}, "settings_url_invalid"),
        ("passkit", {"link_makes": "ticket"}, "settings_option_invalid"),
        ("airship", {"link_url": URL}, "settings_option_invalid"),
    ],
)
def test_an_account_takes_no_option_that_its_links_or_calls_would_refuse(platform, options, code):
    with pytest.raises(Trouble) as raised:
        check_options(platform, options)
    assert raised.value.code == code
    check_options("passkit", {"link_url": "http://127.0.0.1:1/c/a", "page_url": URL, "link_makes": "coupon"})


# --- lists -----------------------------------------------------------------------------------------------------------
def rows_of(path: Path, delimiter: str = ",") -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=delimiter))


def make_from(tmp_path: Path, content: bytes, **more) -> tuple:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(content)
    made = make_many(source, out, URL, KEY, **more)
    assert source.read_bytes() == content
    return made, rows_of(out)


def test_each_row_gets_its_link(tmp_path):
    made, rows = make_from(
        tmp_path,
        b"\xef\xbb\xbfperson.surname , person.forename,meta.note\r\n"
        b'Lovelace, Ada ,"says ""hi"", twice"\r\n'
        b'"M\xc3\xbcller","Zo\xc3\xab\nLine 2",\r\n'
        b"\r\n",
    )
    assert (made.rows, made.rejected, made.rejects) == (2, 0, None)
    assert rows[0] == ["person.surname", "person.forename", "meta.note", "smartUrl"]
    read = [smartpass.read(row[-1], KEY) for row in rows[1:]]
    assert read[0] == {"person.surname": "Lovelace", "person.forename": "Ada", "meta.note": 'says "hi", twice'}
    assert read[1] == {"person.surname": "Müller", "person.forename": "Zoë\nLine 2"}  # no empty fields
    assert not (tmp_path / "out.csv.rejected.csv").exists()


def test_bad_rows_are_kept_apart_with_the_reason(tmp_path):
    made, rows = make_from(tmp_path, b'a,b\n1,2\n1\n1,2,3\n\xff\xfe,2\n,\n"x"y,2\n3,4\n"never closed,5\n6,7\n')
    assert [row[:2] for row in rows[1:]] == [["1", "2"], ["3", "4"]]
    apart = rows_of(made.rejects)
    assert (made.rows, made.rejected) == (2, 5)
    assert apart[0] == ["a", "b", "reason"]
    assert apart[1] == ["1", "", "1 values for 2 columns"]
    assert apart[2] == ["1", "2", "3 values for 2 columns", "3"]  # the reason stands in its own column, whatever came
    assert apart[3] == ["\\udcff\\udcfe", "2", "not UTF-8"]
    assert apart[4][0] == '"x"y,2\n'
    assert apart[5][:2] == ['"never closed,5\n6,7\n', ""]
    assert apart[5][2].startswith("unreadable: ")


def test_what_no_browser_would_take_is_kept_apart(tmp_path):
    made, rows = make_from(tmp_path, f"a\n{'x' * 9000}\n{'y' * 200_000}\nok\n".encode())
    assert (made.rows, made.rejected) == (1, 2)
    assert [row[0] for row in rows[1:]] == ["ok"]
    reasons = made.rejects.read_text()
    assert "too long for a link" in reasons
    assert "field larger than field limit" in reasons


def test_a_quoted_name_may_hold_a_separator(tmp_path):
    make_from(tmp_path, b'"Last, first";b\nx;1\n')
    assert rows_of(tmp_path / "out.csv", ";")[1][:2] == ["x", "1"]


@pytest.mark.parametrize("content", [b"n\xe4me\nx\n", "näme\nx\n".encode("utf-16")])
def test_another_encoding_is_said(tmp_path, content):
    with pytest.raises(LinkTrouble) as raised:
        make_from(tmp_path, content)
    assert raised.value.code == "link_not_unicode"
    assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]


def test_other_separators(tmp_path):
    _, rows = make_from(tmp_path, b"a;b\n1;2,5\n")
    assert len(rows[1]) == 1 or smartpass.read(rows_of(tmp_path / "out.csv", ";")[1][-1], KEY) == {"a": "1", "b": "2,5"}
    assert smartpass.read(rows_of(tmp_path / "out.csv", ";")[1][-1], KEY) == {"a": "1", "b": "2,5"}


@pytest.mark.parametrize("header", [b"", b"\n", b"a,a\n1,2\n", b"a,,b\n1,2,3\n", b"a,smartUrl\n1,2\n"])
def test_an_unusable_header_leaves_nothing_behind(tmp_path, header):
    with pytest.raises(LinkTrouble):
        make_from(tmp_path, header)
    assert [p.name for p in tmp_path.iterdir()] == ["in.csv"]


@pytest.mark.parametrize("name", ["in.csv", "./in.csv", "link.csv", "hard.csv"])
def test_the_input_is_never_overwritten(tmp_path, name):
    source = tmp_path / "in.csv"
    source.write_bytes(b"a\n1\n")
    (tmp_path / "link.csv").symlink_to(source)
    (tmp_path / "hard.csv").hardlink_to(source)
    with pytest.raises(LinkTrouble) as raised:
        make_many(source, tmp_path / name, URL, KEY)
    assert raised.value.code == "link_same_file"
    assert source.read_bytes() == b"a\n1\n"


def test_a_run_that_fails_leaves_the_earlier_output(tmp_path):
    (tmp_path / "out.csv").write_text("earlier")
    with pytest.raises(LinkTrouble) as raised:
        make_many(tmp_path / "missing.csv", tmp_path / "out.csv", URL, KEY)
    assert raised.value.code == "link_input"
    assert (tmp_path / "out.csv").read_text() == "earlier"


@pytest.mark.parametrize("out", ["nowhere/out.csv", "folder"])
def test_a_place_that_cannot_be_written_is_said(tmp_path, out):
    (tmp_path / "in.csv").write_bytes(b"a\n1\n")
    (tmp_path / "folder").mkdir()
    with pytest.raises(LinkTrouble) as raised:
        make_many(tmp_path / "in.csv", tmp_path / out, URL, KEY)
    assert raised.value.code == "link_output"


def people(path: Path, count: int) -> Path:
    with path.open("w") as file:
        file.write("person.surname,person.emailAddress,members.member.externalId\n")
        file.writelines(f"Guest {n},guest{n}@example.org,M-{n:06}\n" for n in range(count))
    return path


def test_a_hundred_thousand_rows_in_one_pass(tmp_path):
    source = people(tmp_path / "in.csv", 100_000)
    told: list[tuple[int, int]] = []
    made = make_many(source, tmp_path / "out.csv", URL, KEY, lambda done, whole: told.append((done, whole)))
    assert made.rows == 100_000
    assert len(told) > 100
    assert told == sorted(told)
    assert told[-1] == (source.stat().st_size, source.stat().st_size)
    with (tmp_path / "out.csv").open(newline="") as file:
        last = next(iter(csv.reader(io.StringIO(file.readlines()[-1]))))
    assert smartpass.read(last[-1], KEY)["members.member.externalId"] == "M-099999"


def test_ten_times_the_rows_take_no_more_memory(tmp_path):
    peaks = []
    for count in (1_000, 10_000):
        source = people(tmp_path / f"{count}.csv", count)
        tracemalloc.start()
        make_many(source, tmp_path / "out.csv", URL, KEY)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] <= 1.1 * peaks[0]


# --- the command line ------------------------------------------------------------------------------------------------
@pytest.fixture
def key_file(tmp_path) -> str:
    (tmp_path / "key").write_text(HEX + "\n")
    return str(tmp_path / "key")


def test_links_check(capsys, key_file):
    assert main(["links", "check", LINK, "--key-file", key_file, "--json"]) == 0
    out = capsys.readouterr().out
    assert out.count("\n") == 1
    assert json.loads(out) == FIELDS


def test_links_make(capsys, tmp_path, key_file):
    (tmp_path / "in.csv").write_text("a,b\n1,2\n3\n")
    out = tmp_path / "out.csv"
    words = [
        "links",
        "make",
        "--csv",
        str(tmp_path / "in.csv"),
        "--out",
        str(out),
        "--url",
        URL,
        "--key-file",
        key_file,
    ]
    assert main(words) == 0
    assert rows_of(out)[0] == ["a", "b", "smartUrl"]
    assert rows_of(Path(f"{out}.rejected.csv"))[1] == ["3", "", "1 values for 2 columns"]


def test_links_troubles(capsys, tmp_path, key_file):
    assert main(["links", "check", LINK[:-40], "--key-file", key_file]) == 3
    assert main(["links", "check", LINK, "--key-file", str(tmp_path / "none")]) == 3
    assert HEX not in "".join(capsys.readouterr())
    with pytest.raises(SystemExit) as raised:
        main(["links", "make"])
    assert raised.value.code == 2
