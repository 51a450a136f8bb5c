"""Pass Scanner: the program at a venue's door."""

__version__ = "0.1.0"
