"""The use cases of dunning, one function each: load, decide, save, publish."""
