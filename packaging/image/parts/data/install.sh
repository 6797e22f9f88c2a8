#!/bin/sh
# Ten groups, each with a disk of its own. Whoever uses them makes the disks, and their file systems.
set -eu
for number in 1 2 3 4 5 6 7 8 9 10; do
  case $number in
    1 | 2 | 3 | 4) file_system=ext4 ;;
    5 | 6 | 7) file_system=xfs ;;
    *) file_system=btrfs ;;
  esac
  cat >"/etc/cleave/groups.d/data-$number.yaml" <<EOF
match: { units: [data@$number.service] }
disks: [{ serial: data-$number, mountPoint: /srv/data-$number, fileSystem: $file_system }]
EOF
  systemctl enable --quiet "data@$number.service"
done
