"""The tables of dunning and every query on them."""
