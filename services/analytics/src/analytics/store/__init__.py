"""The tables of analytics and every query on them."""
