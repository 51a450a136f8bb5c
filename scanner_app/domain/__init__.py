"""What a door knows and decides. Pure: no I/O, no clock, standard library only."""
