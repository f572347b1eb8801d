"""Making the projections anew from the topics: forget everything, then read every topic from its first record."""
