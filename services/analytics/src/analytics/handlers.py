"""The use cases of analytics, one function each: load, decide, save, publish."""
