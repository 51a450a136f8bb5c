"""Adapters to pass platforms behind one port: what a platform calls things stays in here."""
