"""Cards, phones and reader chips in software: the other side of hardware/nfc, written from the protocols."""
