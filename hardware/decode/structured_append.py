"""Whether a QR code is one part of a longer one (structured append), which the engine's Python side does not tell.

The engine gives back the modules it sampled, its version, mask and error correction level; the first 20 bits of a part
say so (ISO/IEC 18004, 8.1: mode 0011, position, number of parts less one, parity of the whole). They are read here as
sampled, so a part whose very first module is damaged passes as a code of its own; what it says is then looked up and
not found, like any other text.
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import zxingcpp

from hardware.decode.read import Part

Modules = npt.NDArray[np.bool_]

# Error correction blocks by version 1 to 40, ISO/IEC 18004 table 9: the codewords of the blocks alternate.
_BLOCKS: Final = {
    "L": (1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8,
          8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25),
    "M": (1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16,
          17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49),
    "Q": (1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20,
          23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68),
    "H": (1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25,
          25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81),
}  # fmt: skip
_APPEND: Final = 0b0011
_DATA_MODES: Final = frozenset({0b0001, 0b0010, 0b0100, 0b0111, 0b1000, 0b0101, 0b1001})
_FORMAT_CODE, _FORMAT_MASK, _FORMAT_ERRORS = 0x537, 0x5412, 3  # ISO/IEC 18004, 7.9
_FORMAT_PLACES: Final = (
    *((8, column) for column in (0, 1, 2, 3, 4, 5, 7, 8)),
    *((row, 8) for row in (7, 5, 4, 3, 2, 1, 0)),
)
_HEADER: Final = 24  # bits: mode, position, number of parts, parity, and the mode of what follows


def part_of(barcode: zxingcpp.Barcode) -> Part | None:
    """Which part of a longer code this is, None for a code of its own."""
    extra = barcode.extra if isinstance(barcode.extra, dict) else {}
    if "FileId" in extra:  # Macro PDF417; the engine does not say which of how many
        return Part(whole=f"PDF417-{extra['FileId']}")
    if barcode.symbology_identifier.startswith("]z") and barcode.symbology_identifier[2:] >= "6":
        return Part(whole="AZTEC")  # structured append, likewise
    if barcode.symbology_identifier.startswith("]Q") and {"Version", "DataMask", "ECLevel"} <= extra.keys():
        return _qr_part(barcode, extra)
    return None


def _qr_part(barcode: zxingcpp.Barcode, extra: dict[str, Any]) -> Part | None:
    version, level, mask = str(extra["Version"]), extra["ECLevel"], extra["DataMask"]
    modules = np.asarray(barcode.to_image(scale=1, add_quiet_zones=False), np.uint8) < 128
    if not version.isdigit() or not 1 <= int(version) <= 40 or level not in _BLOCKS or mask not in range(8):
        return None  # a Micro QR code or one of another kind: they have no parts
    if modules.shape != (17 + 4 * int(version),) * 2:
        return None
    for seen in (modules, modules.T):  # a code seen in a mirror is given back mirrored
        if _format_fits(seen, level, mask):
            return _header(_bits(seen, int(version), mask, _BLOCKS[level][int(version) - 1]))
    return None


def _format_fits(modules: Modules, level: str, mask: int) -> bool:
    """Whether the format beside the first finder says this level and mask; three of its bits may be wrong."""
    data = "MLHQ".index(level) << 3 | mask
    rest = data << 10
    for bit in range(14, 9, -1):
        if rest >> bit & 1:
            rest ^= _FORMAT_CODE << (bit - 10)
    wanted = (data << 10 | rest) ^ _FORMAT_MASK
    read = [bool(modules[place]) for place in _FORMAT_PLACES]
    return sum(bit != bool(wanted >> 14 - n & 1) for n, bit in enumerate(read)) <= _FORMAT_ERRORS


def _header(bits: int) -> Part | None:
    mode, position, last = bits >> 20, bits >> 16 & 15, bits >> 12 & 15
    if mode != _APPEND or position > last or bits & 15 not in _DATA_MODES:
        return None
    parity = bits >> 4 & 0xFF
    return Part(position + 1, last + 1, f"QR-{last + 1}-{parity}", parity)


def _bits(modules: Modules, version: int, mask: int, blocks: int) -> int:
    """The first bits of the first block, unmasked."""
    bits = 0
    for number, (row, column) in enumerate(_data_modules(modules.shape[0], version)):
        codeword, bit = divmod(number, 8)
        if codeword // blocks * 8 + bit >= _HEADER:
            break
        if codeword % blocks == 0:
            bits = bits << 1 | int(bool(modules[row, column]) ^ _MASKS[mask](row, column))
    return bits


def _data_modules(size: int, version: int) -> Iterator[tuple[int, int]]:
    """The modules that carry codewords, in their order: two columns wide, up and down from the right."""
    taken = _function_modules(size, version)
    up = True
    right = size - 1
    while right > 0:
        right -= right == 6  # the column of the timing pattern
        for step in range(size):
            row = size - 1 - step if up else step
            for column in (right, right - 1):
                if not taken[row, column]:
                    yield row, column
        up, right = not up, right - 2


def _function_modules(size: int, version: int) -> Modules:
    taken = np.zeros((size, size), np.bool_)
    taken[:9, :9] = taken[:9, -8:] = taken[-8:, :9] = True  # finders, their borders, the format
    taken[6, :] = taken[:, 6] = True
    if version >= 7:
        taken[:6, -11:-8] = taken[-11:-8, :6] = True  # the version
    centres = _alignment(size, version)
    for row in centres:
        for column in centres:
            if (row, column) not in ((6, 6), (6, size - 7), (size - 7, 6)):
                taken[row - 2 : row + 3, column - 2 : column + 3] = True
    return taken


def _alignment(size: int, version: int) -> list[int]:
    """Centres of the alignment patterns along one side, ISO/IEC 18004 annex E as a rule."""
    if version == 1:
        return []
    count = version // 7 + 2
    step = 26 if version == 32 else (version * 4 + count * 2 + 1) // (count * 2 - 2) * 2
    return [6, *reversed([size - 7 - step * number for number in range(count - 1)])]


_MASKS: Final = (
    lambda i, j: (i + j) % 2 == 0,
    lambda i, _j: i % 2 == 0,
    lambda _i, j: j % 3 == 0,
    lambda i, j: (i + j) % 3 == 0,
    lambda i, j: (i // 2 + j // 3) % 2 == 0,
    lambda i, j: i * j % 2 + i * j % 3 == 0,
    lambda i, j: (i * j % 2 + i * j % 3) % 2 == 0,
    lambda i, j: ((i + j) % 2 + i * j % 3) % 2 == 0,
)  # ISO/IEC 18004 table 10; i is the row, j the column
