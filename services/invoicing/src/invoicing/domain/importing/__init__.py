"""Reading a CSV file of receivables: pieces of bytes, a header, rows that become drafts or faults."""
