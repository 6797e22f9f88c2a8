#!/usr/bin/python3
"""A program that works through a queue, and wants to be in no job when its machine is split.

queue.py FOLDER: its own folder. It works as long as there is no file `backup` in it.
"""

import json
import os
import pwd
import socket
import sys
import threading
import time


def declare(name, tell, folder='/run/cleave-declared'):
    """Declares this process as a group. tell(event, wait) is called for all that is said about a split."""
    path = os.path.join(folder, name)
    server = listen(path + '.sock')
    with open('/proc/self/stat') as stat:
        # The name, which may hold anything, is in brackets; what follows begins with field 3.
        start_ticks = int(stat.read().rpartition(')')[2].split()[22 - 3])
    declaration = {'process': {'pid': os.getpid(), 'startTicks': start_ticks}, 'listens': True}
    # Whoever reads the file finds all of it.
    with open(path + '.new', 'w') as file:
        json.dump(declaration, file)
    os.rename(path + '.new', path + '.json')
    threading.Thread(target=serve, args=(server, tell), daemon=True).start()


def listen(path):
    if os.path.lexists(path):
        os.unlink(path)
    server = socket.socket(socket.AF_UNIX)
    # Nobody else may say that a split comes.
    mask = os.umask(0o177)
    server.bind(path)
    os.umask(mask)
    server.listen()
    return server


def serve(server, tell):
    while True:
        connection, _ = server.accept()
        try:
            with connection, connection.makefile('rw', encoding='utf8') as lines:
                answer(lines, tell)
        except OSError:
            pass  # the agent has gone away


def answer(lines, tell):
    def say(**answer):
        lines.write(json.dumps(answer) + '\n')
        lines.flush()

    try:
        tell(json.loads(lines.readline(128 * 1024)), lambda seconds: say(answer='wait', seconds=seconds))
    except Exception as reason:
        say(answer='refuse', reason=str(reason))
    else:
        say(answer='ready')


class Queue:
    def __init__(self, own):
        self.own = own
        self.done = 0
        self.job = threading.Lock()
        self.is_paused = False

    def path(self, name):
        return os.path.join(self.own, name)

    def log(self, line):
        with open(self.path('log'), 'a') as file:
            file.write(line + '\n')

    def work(self):
        while True:
            with self.job:
                time.sleep(0.05)
                self.done += 1
                with open(self.path('done'), 'w') as file:
                    file.write(str(self.done))
            time.sleep(0.05)

    def tell(self, event, wait):
        if event['event'] == 'beforeSplit':
            if os.path.exists(self.path('backup')):
                raise Exception('a backup runs')
            # A job may take longer than the ten seconds that there are without asking.
            wait(30)
            if not self.is_paused:
                self.job.acquire()
            self.is_paused = True
            self.log(f"paused after {self.done} for {','.join(event['children'])}")
        else:
            is_split = event['outcome'] == 'split'
            self.log(f"goes on in {event['child']}" if is_split else 'goes on as before')
            if self.is_paused:
                self.job.release()
            self.is_paused = False


if __name__ == '__main__':
    queue = Queue(sys.argv[1])
    declare(pwd.getpwuid(os.geteuid()).pw_name, queue.tell, *sys.argv[2:])
    queue.work()
