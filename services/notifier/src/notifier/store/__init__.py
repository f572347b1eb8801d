"""The tables of notifier and every query on them."""
