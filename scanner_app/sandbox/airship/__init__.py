"""Airship Wallet API v1, after the seed document on passes with external ids and the vendor's public specification."""
