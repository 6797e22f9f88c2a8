"""Watches the clocks of a guest, and writes down what is not even as JSON lines.

Usage: clock-probe.py LOG ADDRESS PORT

SIGUSR1 arms timers that are due after 20 seconds. Each writes when it was armed and when it fired, by every clock:
what sleeps is a thread of its own. At ADDRESS:PORT it sends back what it is sent, on connections with keep-alive.
"""

import ctypes
import json
import os
import signal
import socket
import struct
import sys
import threading
import time

DUE = 20
NAP = 0.01
AT_ONCE = 0.002
STEP = 2 * AT_ONCE
TFD_TIMER_ABSTIME = 1
TFD_TIMER_CANCEL_ON_SET = 2

libc = ctypes.CDLL(None, use_errno=True)
log = open(sys.argv[1], "a", buffering=1)
lock = threading.Lock()


def clocks():
    while True:
        now = {
            "monotonic": time.clock_gettime(time.CLOCK_MONOTONIC),
            "real": time.clock_gettime(time.CLOCK_REALTIME),
            "boot": time.clock_gettime(time.CLOCK_BOOTTIME),
            "cpu": time.clock_gettime(time.CLOCK_PROCESS_CPUTIME_ID),
        }
        # Others may run in between: then these are not the same moment.
        if time.clock_gettime(time.CLOCK_MONOTONIC) - now["monotonic"] < AT_ONCE:
            return now


def note(event, **fields):
    with lock:
        log.write(json.dumps({"event": event, **clocks(), **fields}) + "\n")


def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


def timer(clock, seconds, flags):
    descriptor = check(libc.timerfd_create(clock, os.O_CLOEXEC))
    whole, rest = divmod(seconds, 1)
    check(libc.timerfd_settime(descriptor, flags, struct.pack("qqqq", 0, 0, int(whole), int(rest * 1e9)), None))
    return lambda: os.read(descriptor, 8)


def epoll():
    descriptor = check(libc.epoll_create1(os.O_CLOEXEC))
    check(libc.epoll_wait(descriptor, ctypes.create_string_buffer(64), 1, DUE * 1000))


def nanosleep():
    check(libc.nanosleep(struct.pack("qq", DUE, 0), None))


def watch_one(name, armed, wait):
    error = None
    try:
        wait()
    except OSError as failure:
        error = failure.errno
    note("fired", name=name, armed=armed, error=error)


def arm(*_):
    armed = clocks()
    due = armed["real"] + DUE
    waits = {
        "relative": timer(time.CLOCK_MONOTONIC, DUE, 0),
        "relative-boot": timer(time.CLOCK_BOOTTIME, DUE, 0),
        "relative-real": timer(time.CLOCK_REALTIME, DUE, 0),
        "absolute": timer(time.CLOCK_REALTIME, due, TFD_TIMER_ABSTIME),
        "cancelled": timer(time.CLOCK_REALTIME, due + 3600, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET),
        "sleep": lambda: time.sleep(DUE),
        "nanosleep": nanosleep,
        "epoll": epoll,
    }
    for name, wait in waits.items():
        threading.Thread(target=watch_one, args=(name, armed, wait), daemon=True).start()
    note("armed", due=due)


def echo(address, port):
    server = socket.create_server((address, port))
    while True:
        connection, _ = server.accept()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 2)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 3)
        while data := connection.recv(65536):
            connection.sendall(data)


def watch():
    last = clocks()
    while True:
        time.sleep(NAP)
        now = clocks()
        for name in ("monotonic", "boot", "cpu"):
            if now[name] < last[name]:
                note("backwards", name=name, before=last)
        step = (now["real"] - last["real"]) - (now["monotonic"] - last["monotonic"])
        if abs(step) > STEP:
            note("step", seconds=step, before=last)
        last = now


signal.signal(signal.SIGUSR1, arm)
threading.Thread(target=echo, args=(sys.argv[2], int(sys.argv[3])), daemon=True).start()
note("begun")
watch()
