#!/bin/sh
set -eu
systemctl enable --quiet opensmtpd.service
