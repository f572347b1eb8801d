"""What every simulator stands on: its journal, choices by hash, faults on command, deliveries, an HTTP host."""
