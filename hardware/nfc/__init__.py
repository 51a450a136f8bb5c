"""Contactless readers: one thread that owns the reader and turns what is held to it into taps."""
