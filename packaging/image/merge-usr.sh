#!/bin/sh
# Lets /bin and the like be what they are in every Debian that its installer made: links into /usr. Debian 12 sees to it
# by itself; before, whoever lays out a new root file system has to.
# mmdebstrap calls it before the first package is unpacked: merge-usr.sh ROOT.
set -eu
for name in bin sbin lib lib32 lib64 libx32; do
  mkdir -p "$1/usr/$name"
  ln -s "usr/$name" "$1/$name"
done
