#!/bin/sh
set -eu
for user in alice bob carol; do
  useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin "$user"
  systemctl enable --quiet "tenant@$user.service"
done
systemctl enable --quiet tenant-jobs@alice.service tenant-report@alice.timer
