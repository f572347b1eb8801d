"""The commands of `regua`, one module per subject; each has `register(app)`."""
