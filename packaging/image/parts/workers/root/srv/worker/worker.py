"""A worker that computes how heat spreads over a plate, and says in a file how far it is.

Usage: worker.py PROGRESS_FILE

Explicit finite differences for the two-dimensional heat equation: with a ratio of 1/4 between the steps in time
and space, each inner point becomes the mean of its four neighbours. One edge of the plate is held at 100 degrees,
the others at 0.
"""

import os
import sys

SIZE = 48


def plate():
    return [[100.0] * SIZE] + [[0.0] * SIZE for _ in range(SIZE - 1)]


def step(old):
    new = [row[:] for row in old]
    for y in range(1, SIZE - 1):
        above, here, below, row = old[y - 1], old[y], old[y + 1], new[y]
        for x in range(1, SIZE - 1):
            row[x] = (above[x] + below[x] + here[x - 1] + here[x + 1]) / 4
    return new


def report(path, count, heat):
    # Renamed into place: a reader never sees half a line.
    with open(path + ".new", "w") as file:
        file.write(f"{count} {heat:.6f}\n")
    os.replace(path + ".new", path)


def main(path):
    state = plate()
    count = 0
    while True:
        state = step(state)
        count += 1
        if count % 20 == 0:
            report(path, count, state[SIZE // 2][SIZE // 2])


main(sys.argv[1])
