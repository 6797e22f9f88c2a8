"""The shop: counts its visits in redis and answers with the count.

Usage: shop.py SOCKET REDIS_SOCKET
"""

import json
import os
import socket
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler


class Redis:
    """The connection to redis that all visits share. Only what the shop needs of its protocol."""

    def __init__(self, path):
        self.path = path
        self.turn = threading.Lock()
        self.connect()

    def connect(self):
        self.connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.connection.settimeout(10)
        self.connection.connect(self.path)
        self.answers = self.connection.makefile("rb")

    def increment(self, key):
        with self.turn:
            try:
                return self.ask(key)
            except ConnectionError:
                # redis was started anew.
                self.connect()
                return self.ask(key)

    def ask(self, key):
        name = key.encode()
        self.connection.sendall(b"*2\r\n$4\r\nINCR\r\n$%d\r\n%s\r\n" % (len(name), name))
        answer = self.answers.readline()
        if not answer.startswith(b":"):
            raise ConnectionError(f"redis answered {answer!r}")
        return int(answer[1:])


class Visit(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body leave in one write, so that no answer waits for a delayed acknowledgement.
    wbufsize = -1

    def do_GET(self):
        visits = self.server.redis.increment("visits")
        # The host's name is asked every time: it changes when the machine is split.
        body = json.dumps({"visits": visits, "host": socket.gethostname(), "pid": os.getpid()}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self):
        return "nginx"

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 128


def main(path, redis_path):
    if os.path.exists(path):
        os.unlink(path)
    server = Server(path, Visit)
    server.redis = Redis(redis_path)
    os.chmod(path, 0o666)
    server.serve_forever()


main(*sys.argv[1:3])
