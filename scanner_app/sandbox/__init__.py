"""A local server that honours the contracts of the pass platforms: for the demo, for training and for tests."""
