"""The debtors: a population made from a seed, its portfolio, and how each of them behaves."""
