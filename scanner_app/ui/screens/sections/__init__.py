"""The sections of settings, one file each; `settings.py` lists them."""
