"""The bank: a register of boletos, payers at its counters, and a return file for every working day."""
