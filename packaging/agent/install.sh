#!/bin/sh
# Installs cleave-agent on a distribution with systemd, or takes it away again. It may be run again at any time.
set -eu
umask 022

usage() {
  cat <<'END'
Usage: install.sh [--uninstall | --purge]

Installs cleave-agent, or a newer one over an older one, and starts it. Settings in /etc/cleave stay as they are.

  --uninstall  removes it. /etc/cleave, /var/lib/cleave and the conditions that keep units of other machines from
               starting here stay
  --purge      removes all of it, also these

Both are there later too, as /usr/lib/cleave/install.sh.
END
}

fail() {
  echo "install.sh: $1" >&2
  exit 1
}

warn() {
  echo "install.sh: $1" >&2
}

here=$(cd "$(dirname "$0")" && pwd)
# What was installed, one path a line, for whoever removes it.
list=/usr/lib/cleave/files
conditions='service socket timer path'

is_at_least() {
  [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$2" ]
}

has() {
  command -v "$1" >/dev/null 2>&1
}

check_system() {
  [ "$(id -u)" = 0 ] || fail 'only root can install it: run it with sudo'
  [ "$(uname -s) $(uname -m)" = 'Linux x86_64' ] || fail "it runs on Linux on x86-64, and this is $(uname -s) on $(uname -m)"
  has systemctl || fail 'it needs systemd, and there is no systemctl here'
  if has dpkg-query && dpkg-query --show --showformat='${db:Status-Status}' cleave-agent 2>/dev/null | grep -qx installed; then
    fail 'the Debian package cleave-agent is installed: use dpkg, or remove it first'
  fi
}

check_requirements() {
  [ -d "$here/root" ] || fail 'there is nothing to install beside it: unpack the whole archive, and run the one in it'
  [ -d /run/systemd/system ] || fail 'it needs a system that systemd runs, and /run/systemd/system is not there'
  systemd=$(systemctl --version | sed -n '1s/^systemd \([0-9]*\).*/\1/p')
  [ "${systemd:-0}" -ge 247 ] || fail "it needs systemd from 247 on, and this is ${systemd:-none that tells its version}"
  # Before each start of a service: without it none would start any more.
  [ -x /usr/bin/test ] || fail 'it needs /usr/bin/test, of coreutils'
  libc=$(getconf GNU_LIBC_VERSION 2>/dev/null | sed -n 's/^glibc //p')
  [ -n "$libc" ] || fail 'it needs the GNU C library, and this system has another one'
  is_at_least "$libc" 2.28 || fail "it needs the GNU C library from 2.28 on, and this is $libc"
  version=$("$here/root/usr/bin/cleave-agent" --version) ||
    fail 'it does not run here, see above: it needs libstdc++ (libstdc++6 in Debian, libstdc++ in Fedora)'
  # Without settings of this system: these are told at the end.
  "$here/root/usr/bin/cleave-agent" --check --config "$here/root/etc/cleave/agent.yaml" >/dev/null ||
    [ $? -eq 1 ] || fail 'this guest lacks what is said above'
  [ -e /dev/virtio-ports/org.cleave.agent ] ||
    warn 'there is no virtio port org.cleave.agent yet: its host gives this machine one when it starts it'
}

# A new file takes the place of the old one whole, also where that is being executed.
place() {
  directory=$(dirname "$1")
  [ -d "$directory" ] || install -d -m 755 "$directory"
  cp -P "$here/root$1" "$1.cleave-new"
  [ -L "$1.cleave-new" ] || chown 0:0 "$1.cleave-new"
  mv -f "$1.cleave-new" "$1"
}

install_files() {
  new=$(mktemp)
  (cd "$here/root" && find . ! -type d | sed 's/^\.//' | sort) >"$new"
  while read -r path; do
    case $path in
    /etc/cleave/*) [ -e "$path" ] || place "$path" ;;
    *) place "$path" ;;
    esac
  done <"$new"
  install -d -m 755 /etc/cleave /etc/cleave/groups.d /usr/lib/cleave
  install -m 755 "$here/install.sh" /usr/lib/cleave/install.sh
  printf '%s\n' /usr/lib/cleave/install.sh "$list" >>"$new"
  # What an older version had and this one has not.
  if [ -f "$list" ]; then
    grep -vxF -f "$new" "$list" | remove_listed || true
  fi
  install -m 644 "$new" "$list"
  rm -f "$new"
  if has restorecon; then
    restorecon -F -f "$list" || warn 'the files could not be labelled for SELinux'
  fi
}

# Only what lies where this script puts things, whatever the list says.
remove_listed() {
  while read -r path; do
    case $path in
    *..*) ;;
    /usr/*) rm -f "$path" ;;
    esac
  done
}

start_agent() {
  systemctl daemon-reload
  systemctl --quiet enable cleave-agent.service
  systemctl restart cleave-agent.service ||
    fail 'it is installed, but does not start: see systemctl status cleave-agent.service'
  echo "cleave-agent $version is installed and runs"
}

uninstall() {
  if [ -d /run/systemd/system ]; then
    systemctl --quiet disable --now cleave-agent.service 2>/dev/null || true
  fi
  if [ -f "$list" ]; then
    copy=$(mktemp)
    cp "$list" "$copy"
    remove_listed <"$copy"
    rm -f "$copy"
  fi
  rmdir /usr/lib/cleave /usr/share/doc/cleave-agent /usr/lib/systemd/system/sysinit.target.requires 2>/dev/null || true
}

purge() {
  uninstall
  for type in $conditions; do
    rm -f "/etc/systemd/system/$type.d/50-cleave.conf"
    rmdir "/etc/systemd/system/$type.d" 2>/dev/null || true
  done
  rm -f /etc/cleave/agent.yaml
  # The marks of foreign units go with the conditions: whoever purges the agent takes the machine out of Cleave's hands.
  rm -rf /var/lib/cleave
  rmdir /etc/cleave/groups.d /etc/cleave 2>/dev/null || true
}

reload() {
  if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
}

case ${1-} in
-h | --help)
  usage
  ;;
'')
  check_system
  check_requirements
  install_files
  start_agent
  # What is wrong with settings that were there before.
  /usr/bin/cleave-agent --check || true
  ;;
--uninstall)
  check_system
  uninstall
  reload
  echo 'cleave-agent is removed; its settings and what keeps foreign units from starting stay (--purge removes them too)'
  ;;
--purge)
  check_system
  purge
  reload
  echo 'cleave-agent is removed with its settings and all that it knew'
  ;;
*)
  usage >&2
  exit 2
  ;;
esac
