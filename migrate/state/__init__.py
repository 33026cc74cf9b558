"""What outlives a run: the journal in SQLite, and the lock that keeps two runs apart."""
