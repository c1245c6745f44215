#!/bin/sh
# Tries both commands on a bare Debian, in a chroot that has only python3, python3-venv and git: on request, as root.
#   tests/bare_debian.sh [-c "install test"] [suite ...]    (commands: demo and test; suites: bookworm and trixie)
# Prints one line for each suite, user and command; logs stay in $BARE_FOLDER (default /var/tmp/bare-debian).
# Settings of this machine come from the environment and are passed on: proxies, PIP_*, UV_*, SSL_CERT_FILE.
# BARE_BIND names files and folders shown inside read-only (a certificate, a folder of packages),
# DEBIAN_MIRROR the mirror that debootstrap asks. Everything started inside ends with its process namespace.
set -eu
commands="demo test"
[ "${1:-}" != -c ] || { commands=$2; shift 2; }
[ $# -gt 0 ] || set -- bookworm trixie
[ "$(id -u)" = 0 ] || { echo "needs root, for chroot" >&2; exit 69; }
command -v debootstrap >/dev/null || { echo "needs debootstrap: apt-get install debootstrap" >&2; exit 69; }

checkout=$(cd "$(dirname "$0")/.." && pwd -P)
folder=${BARE_FOLDER:-/var/tmp/bare-debian}
mkdir -p "$folder"
passed_on=$(env | grep -E '^(https?_proxy|no_proxy|HTTPS?_PROXY|NO_PROXY|PIP_[A-Z_]+|UV_[A-Z_]+|SSL_CERT_FILE)=' || :)
git -C "$checkout" bundle create -q "$folder/jet.bundle" HEAD

make_base() {
  [ -e "$folder/$1/made" ] && return
  rm -rf --one-file-system "${folder:?}/$1"
  debootstrap --variant=minbase --include=python3,python3-venv,git,ca-certificates \
    "$1" "$folder/$1" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$folder/$1.log" 2>&1
  chroot "$folder/$1" useradd --create-home ann
  touch "$folder/$1/made"
}

# Runs inside a mount and process namespace of its own: every mount and process ends with it.
inside='
  root=$1 user=$2
  shift 2
  mount -t proc proc "$root/proc"
  mount --bind /dev "$root/dev"
  mount -t tmpfs tmpfs "$root/dev/shm"
  for path in ${BARE_BIND:-}; do
    if [ -d "$path" ]; then mkdir -p "$root$path"; else mkdir -p "$root${path%/*}"; touch "$root$path"; fi
    mount --bind -o ro "$path" "$root$path"
  done
  chroot --userspec="$user:$user" "$root" env -i USER="$user" PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin \
    "$@" sh -c "cd ~$user; export HOME=\$PWD; umask 022; [ -d jet ] || git -c advice.detachedHead=false clone -q /jet.bundle jet; cd jet; ./run $COMMAND"
'

try() { # suite, user
  root=$folder/$1-$2
  rm -rf --one-file-system "$root"
  cp -a "$folder/$1" "$root"
  cp "$folder/jet.bundle" "$root/jet.bundle"
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
  suite=$1 user=$2
  for command in $commands; do
    begun=$(date +%s)
    result=ok
    # shellcheck disable=SC2086 # one word for each variable that is passed on
    COMMAND=$command unshare --mount --pid --fork --kill-child --propagation private \
      sh -c "$inside" inside "$root" "$user" $passed_on >"$root-$command.log" 2>&1 || result="FAILED ($?)"
    printf '%-10s %-5s ./run %-8s %s, %s s\n' "$suite" "$user" "$command" "$result" "$(($(date +%s) - begun))"
    [ "$result" = ok ] || failed=1
  done
  [ -n "${BARE_KEEP:-}" ] || rm -rf --one-file-system "$root"
}

failed=0
for each; do
  make_base "$each"
  try "$each" root
  try "$each" ann
done
exit "$failed"
