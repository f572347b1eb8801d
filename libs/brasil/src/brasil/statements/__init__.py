"""Bank statements: OFX 1.x and 2.x, camt.053 and camt.054; the same result as every bank file."""
