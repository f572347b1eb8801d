"""The tables of invoicing and every query on them, a file for each subject."""
