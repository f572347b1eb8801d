"""The rules of example: pure functions of values."""
