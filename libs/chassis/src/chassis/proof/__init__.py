"""The proof of delivery: a small workload, a checker of the invariants, and the campaigns that try to break them.

`python -m chassis.proof --help` lists the campaigns. They need a real Kafka and a real PostgreSQL, and change only the
databases and topics that they make for themselves.
"""
