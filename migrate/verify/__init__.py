"""A running server seen from outside: probes, one file for each subject."""
