#!/bin/sh
set -eu
# cloud-init writes what the network is to be for it. It does nothing itself until it finds its data in /var/lib/cloud/seed.
systemctl enable --quiet systemd-networkd.service
