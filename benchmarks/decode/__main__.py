"""`make bench-decode`, or `python -m benchmarks.decode [--full] [--samples DIR ...] [--only PART]`.

Without `--full` each third clip is run, which takes some minutes. The sample sets are public and not kept here: those
of zxing-cpp (test/samples), ZXing (core/src/test/resources/blackbox) and BoofCV (boofcv-v3/detection in
github.com/paulmillr/qr-code-vectors). SAMPLES="DIR DIR" make bench-decode runs them too.
"""

import argparse
import os
import sys
from pathlib import Path

from benchmarks.decode import report, samples
from benchmarks.decode.clips import Clip, door_clips, empty_scenes, roll_clips, shots
from benchmarks.decode.contenders import CONTENDERS
from benchmarks.decode.latency import measured
from benchmarks.decode.measure import ClipResult, empty_cost, run_clip

_HELD_CLOSE = 300  # pixels across the code: what a guest who wants in holds up (docs/decode.md 3d)
_ANSI_CLEAR = "\r\033[K"


def main() -> int:
    """Measure and print; 1 when ours gave a wrong read."""
    arguments = _arguments()
    wrong = 0
    if arguments.only in ("", "clips"):
        wrong += _clips("Door clips, 1080p", door_clips(1 if arguments.full else 3))
    if arguments.only in ("", "rolled"):
        wrong += _clips("Rolled codes, 420 px, 14 angles, clean and dim", roll_clips()[:: 1 if arguments.full else 2])
    if arguments.only in ("", "empty"):
        wrong += _empty(90)
    if arguments.only in ("", "latency"):
        _latency(1 if arguments.full else 3)
    if arguments.only in ("", "samples"):
        for folder in arguments.samples:
            wrong += _samples(folder, None if arguments.full else 12)
    print(f"\nWrong reads of ours in all of the above: {wrong}")
    return 1 if wrong else 0


def _latency(share: int) -> None:
    clips = [clip for clip in door_clips() if clip.feasible and clip.width >= _HELD_CLOSE][::share]
    _progress(f"latency: {len(clips)} guests")
    for how, found, lost in measured(clips):
        _progress("")
        report.latency_table(how, found, lost, os.getloadavg()[0])


def _samples(folder: Path, most: int | None) -> int:
    name, rows, turned = samples.table_of(folder, most)
    return report.samples_table(f"{name} ({'all' if most is None else f'{most} a folder'})", rows, rotated=turned)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.decode", description=__doc__)
    parser.add_argument("--full", action="store_true", help="every clip, every picture")
    parser.add_argument("--samples", type=Path, action="append", default=_from_environment("SAMPLES"), metavar="DIR")
    parser.add_argument("--only", choices=("clips", "rolled", "empty", "latency", "samples"), default="")
    return parser.parse_args()


def _from_environment(name: str) -> list[Path]:
    return [Path(folder) for folder in os.environ.get(name, "").split()]


def _clips(title: str, clips: list[Clip]) -> int:
    results: dict[str, list[ClipResult]] = {name: [] for name in CONTENDERS}
    for number, clip in enumerate(clips, 1):
        _progress(f"{title}: {number} of {len(clips)}")
        for name, result in run_clip(clip, list(shots(clip)), CONTENDERS).items():
            results[name].append(result)
    _progress("")
    report.clips_table(title, results)
    return sum(len(result.wrong) for result in results["ours"])


def _empty(count: int) -> int:
    rows, false = [], 0
    for scene, frames in empty_scenes(count):
        _progress(f"empty scene: {scene}")
        kept = list(frames)
        costs = {
            name: empty_cost(kept, name) if name == "ours" else empty_cost(kept[:12], name, 0) for name in CONTENDERS
        }
        false += costs["ours"][1]
        rows.append((scene, {name: cost for name, (cost, _) in costs.items()}))
    _progress("")
    report.empty_table(rows)
    return false


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(_ANSI_CLEAR + text)
        sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
