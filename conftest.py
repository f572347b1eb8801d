"""Gives every test of this repository the fixtures of `regua.testing`."""

pytest_plugins = ["regua.testing"]
