"""The ways out: one adapter for each kind of provider, all with the same three questions."""
