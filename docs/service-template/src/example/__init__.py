"""What it owns, in one line."""
