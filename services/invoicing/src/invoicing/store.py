"""The tables of invoicing and every query on them."""
