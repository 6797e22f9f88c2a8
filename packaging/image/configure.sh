#!/bin/sh
# The first step inside a new guest's root file system: nothing starts that a virtual machine does not need, and
# nothing stays that would be the same in two machines.
set -eu

echo cleave >/etc/hostname
: >/etc/machine-id
rm -f /etc/ssh/ssh_host_* /var/lib/dbus/machine-id /var/lib/systemd/random-seed /etc/resolv.conf
rm -rf /var/cache/apt/* /var/lib/apt/lists/* /var/log/*.log /var/log/apt

# Each part of a guest enables its own.
systemctl disable --quiet nginx.service redis-server.service opensmtpd.service 2>/dev/null
systemctl enable --quiet ssh-host-key.service

# No terminal but the serial console, no housekeeping, no file systems that nothing here uses.
systemctl mask --quiet \
  getty@tty1.service getty-static.service systemd-update-utmp.service systemd-update-utmp-runlevel.service \
  apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
  fstrim.timer logrotate.timer systemd-tmpfiles-clean.timer \
  systemd-binfmt.service proc-sys-fs-binfmt_misc.automount systemd-pstore.service systemd-repart.service \
  systemd-modules-load.service systemd-journal-flush.service systemd-journald-audit.socket \
  dev-hugepages.mount dev-mqueue.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
  sys-kernel-config.mount sys-fs-fuse-connections.mount \
  modprobe@configfs.service modprobe@drm.service modprobe@efi_pstore.service modprobe@fuse.service

# Generators run before anything else and hold all of it up. There is nothing here for these to find.
mkdir -p /etc/systemd/system-generators
for name in cryptsetup getty gpt-auto hibernate-resume integritysetup rc-local ssh system-update sysv tpm2 veritysetup; do
  ln -s /dev/null "/etc/systemd/system-generators/systemd-$name-generator"
done

# The root disk is mounted by the initial RAM disk, read-write.
rm -f /etc/fstab
# The users that packages need were made when they were installed.
touch /etc/.updated /var/.updated
