"""Makes resources/sounds/*.wav: soft struck notes, told apart by direction and pitch. The files are committed."""

from __future__ import annotations

import math
import struct
import wave
from pathlib import Path

RATE = 44_100
OUT = Path(__file__).parent.parent / "resources" / "sounds"

Note = tuple[float, float, float]  # start in seconds, frequency in hertz, length in seconds

TUNES: dict[str, tuple[Note, ...]] = {
    "admit": ((0.00, 784.0, 0.30), (0.09, 1046.5, 0.30), (0.18, 1568.0, 0.45)),  # three notes up: come in
    "pending": ((0.00, 784.0, 0.30), (0.16, 1046.5, 0.45)),  # two notes up: in, but not yet confirmed
    "attention": ((0.00, 659.3, 0.22), (0.20, 659.3, 0.22), (0.40, 659.3, 0.35)),  # one note three times: look here
    "refuse": ((0.00, 311.1, 0.30), (0.22, 207.7, 0.60)),  # low and down: stop
}


def struck(at: float, frequency: float, length: float) -> float:
    """Return a struck bar's swing: a soft start, a fundamental and two partials that die sooner."""
    if not 0 <= at <= length:
        return 0.0
    attack = min(1.0, at / 0.006)
    release = min(1.0, (length - at) / 0.05)
    phase = 2 * math.pi * frequency * at
    tone = math.sin(phase) * math.exp(-5 * at / length)
    tone += 0.35 * math.sin(2 * phase) * math.exp(-9 * at / length)
    tone += 0.12 * math.sin(4 * phase) * math.exp(-16 * at / length)
    return attack * release * tone


def write(name: str, notes: tuple[Note, ...]) -> None:
    """Write one tune, mono, 16 bit, at a level that leaves room."""
    seconds = max(start + length for start, _, length in notes) + 0.02
    swings = [
        sum(struck(n / RATE - start, frequency, length) for start, frequency, length in notes)
        for n in range(int(seconds * RATE))
    ]
    peak = max(abs(s) for s in swings)
    with wave.open(str(OUT / f"{name}.wav"), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(b"".join(struct.pack("<h", int(s / peak * 0.7 * 32767)) for s in swings))


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    for tune, notes in TUNES.items():
        write(tune, notes)
        print(f"{tune}.wav")
