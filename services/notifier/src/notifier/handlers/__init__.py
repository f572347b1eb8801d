"""The use cases of notifier, one function each: load, decide, save, publish."""
