"""The program that checks a downloaded evidence file."""
