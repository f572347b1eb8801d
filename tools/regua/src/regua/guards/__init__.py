"""House rules that no ordinary tool knows, each a small pure function from the tree's text to findings.

`python -m regua.guards` runs all of them on this checkout; `regua.guards.catalogue` lists them. A guard says where,
what and what to do instead. An exception is a line in the guard's own list, with its reason; one that no longer
excuses anything is itself a finding.
"""
