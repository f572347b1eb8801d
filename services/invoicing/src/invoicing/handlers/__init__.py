"""The use cases of invoicing, one function each: load, decide, save, publish."""
