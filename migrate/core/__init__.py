"""The pure heart: what a meeting is, how a series is told, what a plan says.

Nothing here reads a file, a clock or a random number; only the standard library and dateutil are used.
"""
