"""A witness that it runs: sends numbered datagrams to a collector, one every 10 milliseconds.

Usage: witness.py GROUP CONFIGURATION

Each datagram is JSON: {"group": "witness-a", "number": 7, "boot": "9f…"}. Numbers count from 0 without a gap: one
that the network refused (no address yet, link down) is sent again. "boot" is drawn once at the start of the
process, so a process that was started anew is told from one that goes on.
"""

import json
import os
import socket
import sys
import time

INTERVAL = 0.01
COLLECTOR = ("10.77.0.1", 4000)
# Linux: also tells when a datagram was dropped inside this machine. Python has no name for it.
IP_RECVERR = 11


def collector(path):
    try:
        with open(path) as file:
            address, port = file.read().strip().rsplit(":", 1)
    except FileNotFoundError:
        return COLLECTOR
    return address, int(port)


def main(group, path):
    target = collector(path)
    boot = os.urandom(8).hex()
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    number = 0
    while True:
        datagram = json.dumps({"group": group, "number": number, "boot": boot}).encode()
        try:
            out.sendto(datagram, target)
            number += 1
        except OSError:
            # Nothing left the machine: the same number is due again.
            pass
        time.sleep(INTERVAL)


main(*sys.argv[1:3])
