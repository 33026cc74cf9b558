"""Calls an address that belongs to nobody in the bed, in place of the servers of strangers that upstream calls."""

import socket
import sys

ELSEWHERE = "203.0.113.1"
name, port = sys.argv[1], int(sys.argv[2])
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
    way.sendto(name.encode(), (ELSEWHERE, port))
