#!/bin/sh
# Puts Debian's kernel into a new root file system, with few modules, and makes the initial RAM disk.
# mmdebstrap calls it: kernel.sh ROOT. From the environment:
#   CLEAVE_SOURCES  this folder
#   CLEAVE_OUTPUT   where vmlinuz, initrd.img and kernel-version go
set -eu
root=$1
unpacked=$CLEAVE_OUTPUT/kernel
initrd=$CLEAVE_OUTPUT/initrd

# Unpacked rather than installed: that needs no boot loader and no initramfs-tools.
mkdir -p "$unpacked"
cd "$unpacked"
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
package=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-[^ ]*\)$/\1/p' | head -n 1)
apt-get download --quiet "$package"
dpkg-deb --extract linux-image-*.deb .
# From Debian 13 on the package has them below usr.
modules=lib/modules
[ -d "$modules" ] || modules=usr/lib/modules
version=$(ls "$modules")
echo "$version" >"$CLEAVE_OUTPUT/kernel-version"
mv "boot/vmlinuz-$version" "$CLEAVE_OUTPUT/vmlinuz"

# The files of the modules that standard input names, and of what those need, in the order to load them.
paths() {
  # shellcheck disable=SC2046
  chroot "$root" /sbin/modprobe --set-version "$version" --dirname /var/tmp/kernel --all --ignore-install \
    --show-depends $(cat) | sed -n 's,^insmod /var/tmp/kernel/\(usr/\)\?\([^ ]*\).*,\2,p' | awk '!seen[$0]++'
}

mkdir -p "$root/var/tmp/kernel/lib" "$root/var/tmp/kernel/usr"
mv "$modules" "$root/var/tmp/kernel/lib/"
ln -s ../lib "$root/var/tmp/kernel/usr/lib"
chroot "$root" /sbin/depmod --basedir /var/tmp/kernel "$version"
grep -v '^#' "$CLEAVE_SOURCES/modules" | sed 's/^boot //' | paths >"$CLEAVE_OUTPUT/kept"
sed -n 's/^boot //p' "$CLEAVE_SOURCES/modules" | paths >"$CLEAVE_OUTPUT/loaded"

mkdir -p "$root/usr/lib/modules/$version"
cp "$root/var/tmp/kernel/lib/modules/$version/"modules.builtin* "$root/var/tmp/kernel/lib/modules/$version/modules.order" \
  "$root/usr/lib/modules/$version/"
while read -r path; do
  mkdir -p "$root/usr/${path%/*}"
  cp "$root/var/tmp/kernel/$path" "$root/usr/$path"
  # Compressed from Debian 13 on, which the initial RAM disk can't read.
  case $path in *.xz) xz --decompress "$root/usr/$path" ;; esac
done <"$CLEAVE_OUTPUT/kept"
chroot "$root" /sbin/depmod "$version"
rm -rf "$root/var/tmp/kernel"

mkdir -p "$initrd/bin" "$initrd/lib" "$initrd/root" "$initrd/dev" "$initrd/proc" "$initrd/sys"
cp "$root/bin/busybox" "$initrd/bin/"
cp "$CLEAVE_SOURCES/init" "$initrd/init"
chmod 755 "$initrd/init"
sed 's/\.xz$//' "$CLEAVE_OUTPUT/loaded" | while read -r path; do
  cp "$root/usr/$path" "$initrd/lib/"
  echo "/lib/${path##*/}"
done >"$initrd/modules"
cd "$initrd"
# Not compressed: to unpack it costs an emulated processor more than to read it.
find . | "$root/bin/busybox" cpio -o -H newc >"$CLEAVE_OUTPUT/initrd.img"
cd "$CLEAVE_OUTPUT"
rm -rf kernel initrd kept loaded
