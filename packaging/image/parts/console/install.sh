#!/bin/sh
set -eu
systemctl enable --quiet serial-getty@ttyS0.service
