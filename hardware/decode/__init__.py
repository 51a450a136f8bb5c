"""Barcodes: a still picture, a stream of frames, or a decoder in its own process."""

from hardware.decode.debounce import Debounce
from hardware.decode.pipeline import Pipeline
from hardware.decode.presentations import Presentation, presentations
from hardware.decode.process import Counters, DecodeResult, DecoderProcess
from hardware.decode.read import DEFAULT_FORMATS, FORMATS, Read
from hardware.decode.still import decode_image
from hardware.decode.turns import Turns

__all__ = [
    "DEFAULT_FORMATS",
    "FORMATS",
    "Counters",
    "Debounce",
    "DecodeResult",
    "DecoderProcess",
    "Pipeline",
    "Presentation",
    "Read",
    "Turns",
    "decode_image",
    "presentations",
]
