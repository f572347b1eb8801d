"""The use cases of payments, one function each: load, decide, save, publish."""
