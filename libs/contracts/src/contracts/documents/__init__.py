"""What is derived from the registry: JSON Schemas, AsyncAPI, the page of events, and the check of what may change.

Pure functions from topics to text and findings; `regua contracts` reads and writes the files.
"""
