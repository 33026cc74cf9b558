"""Servers: from settings to a bundle of files, and from the bundle to running hosts."""
