"""Published figures, each a ratio to a floor measured in the same run; see `bench.flow` for how to add one."""
