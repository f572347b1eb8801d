"""The embedded stack: real Apache Kafka, real PostgreSQL and the services, on one machine, without containers."""
