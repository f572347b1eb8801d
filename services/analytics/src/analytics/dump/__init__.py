"""The projections as one canonical text and its hash: equal projections have equal hashes, anywhere."""
