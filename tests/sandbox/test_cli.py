"""The verb as a real process: one line, one port, one clean end."""

import json
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager

import pytest

START = "import sys; from scanner_app.sandbox.cli import main; sys.exit(main(sys.argv[1:]))"


@contextmanager
def running(*arguments):
    command = [sys.executable, "-c", START, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def total(info):
    count = 0
    for template in info["templates"]:
        url = f"{info['base_url']}/api/pass/list/{template['id']}?pageSize=1"
        with urllib.request.urlopen(urllib.request.Request(url, headers={"Authorization": info["api_key"]})) as got:
            count += json.load(got)["total"]
    return count


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_json_line_when_it_listens_and_a_clean_end(number):
    with running("--passes", "50", "--seed", "3") as process:
        info = json.loads(process.stdout.readline())
        assert list(info) == ["platform", "base_url", "api_key", "templates", "places", "app_configurations"]
        assert info["platform"] == "passcreator"
        assert info["base_url"].startswith("http://127.0.0.1:")
        assert list(info["templates"][0]) == ["id", "name"]
        assert info["places"][:3] == ["Main entrance", "VIP lounge", "Backstage"]
        assert list(info["app_configurations"][0]) == ["id", "name", "template", "place", "scan_mode"]
        assert total(info) == 50
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (0, "", "")


def test_a_file_keeps_everything_over_restarts(tmp_path):
    arguments = ["--passes", "40", "--data", str(tmp_path / "sandbox.db")]
    infos = []
    for more in ([], ["--passes", "99", "--seed", "8"]):
        with running(*arguments, *more) as process:
            infos.append(json.loads(process.stdout.readline()))
            assert total(infos[-1]) == 40
    for name in ("api_key", "templates", "places", "app_configurations"):
        assert infos[0][name] == infos[1][name]


@pytest.mark.parametrize(
    "arguments", [["--platform", "none"], ["--zone", "Mars/Base"], ["--misbehave", "x"], ["--passes", "-1"], ["--what"]]
)
def test_wrong_arguments_are_told_with_code_2(arguments):
    with running(*arguments) as process:
        out, err = process.communicate(timeout=20)
        assert process.returncode == 2
        assert out == ""
        assert "usage:" in err


def test_a_taken_port_is_told_with_code_3():
    with running("--passes", "1") as first:
        port = json.loads(first.stdout.readline())["base_url"].rpartition(":")[2]
        with running("--passes", "1", "--port", port) as second:
            out, err = second.communicate(timeout=20)
            assert second.returncode == 3
            assert out == ""
            assert err.startswith("The sandbox cannot start:")
            assert "Traceback" not in err


def test_every_setting_reaches_the_server():
    more = [
        "--api-key",
        "given",
        "--zone",
        "Asia/Tokyo",
        "--switch",
        "void_is_redemption",
        "--misbehave",
        "GET /x*=503",
    ]
    with running("--passes", "5", *more) as process:
        info = json.loads(process.stdout.readline())
        assert info["api_key"] == "given"
        headers = {"Authorization": "given"}
        with urllib.request.urlopen(
            urllib.request.Request(f"{info['base_url']}/sandbox/state", headers=headers)
        ) as got:
            state = json.load(got)
        assert state["zone"] == "Asia/Tokyo"
        assert state["switches"]["void_is_redemption"] is True
        assert [(each["route"], each["kind"]) for each in state["misbehaviours"]] == [("GET /x*", "503")]
