"""Pix: BR Codes, keys, identifiers, API Pix 2.9 models, and what a charge with due date costs on a given day."""
