"""The use cases of analytics: fold facts into the projections, keep each day's forecast."""
