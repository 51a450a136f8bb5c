"""Passcreator API V1, after the seed document and the vendor's public pages on app configurations and app scans."""
