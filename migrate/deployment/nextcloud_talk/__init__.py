"""Nextcloud with Talk and its high-performance backend, on Debian."""
