"""The whole platform under a virtual clock, with an outside world that pays, answers and misbehaves."""
