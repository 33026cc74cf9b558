"""Checks of hosts before a deployment: what was seen is judged here, and nothing is asked of a host."""
