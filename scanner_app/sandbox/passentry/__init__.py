"""PassEntry API v1, after the seed documents on identifiers and pass creation and the vendor's public pages."""
