"""What is done in an open window before a picture of it is taken, by screen; `screenshots.SHOTS` names them all."""
