"""Conferencing systems, one file each: where the rooms are."""
