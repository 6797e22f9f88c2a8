"""Appends numbered records to a file, each of which is on the disk before the next is written.

Usage: writer.py FILE

A record is a line: its number, counted from 0 without a gap, and what was drawn at the start of the process. A writer
that is started anew goes on where the last whole record ends. While the file system is full it tries again. The
environment says how many seconds it waits after each: INTERVAL.
"""

import errno
import os
import sys
import time

INTERVAL = float(os.environ.get("INTERVAL", "0.02"))


def last_number(file):
    """Cuts off what is no whole record, and answers the number of the last one, -1 for none."""
    data = file.read()
    whole = data.rfind(b"\n") + 1
    file.truncate(whole)
    lines = data[:whole].splitlines()
    return int(lines[-1].split()[0]) if lines else -1


def append(file, record):
    end = file.seek(0, os.SEEK_END)
    try:
        # With little room left a part of it may be written.
        if file.write(record) < len(record):
            file.truncate(end)
            return False
        os.fsync(file.fileno())
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        file.truncate(end)
        return False
    return True


def main(path):
    start = os.urandom(8).hex()
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    with open(descriptor, "r+b", buffering=0) as file:
        number = last_number(file) + 1
        while True:
            if append(file, f"{number} {start}\n".encode()):
                number += 1
            time.sleep(INTERVAL)


main(sys.argv[1])
