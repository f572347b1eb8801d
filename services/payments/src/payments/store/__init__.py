"""The tables of payments and every query on them."""
