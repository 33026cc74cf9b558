"""Jitsi Meet on servers of your own: from settings to the files of every host."""
