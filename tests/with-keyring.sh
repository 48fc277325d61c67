#!/usr/bin/env bash
# with-keyring.sh COMMAND [ARG…]: runs a command on a private D-Bus with an unlocked, throw-away Secret Service.
# Nothing of the caller's own keyring is seen or touched, and everything is gone afterwards.
set -euo pipefail

if [ $# -eq 0 ]; then
  echo "usage: ${0##*/} COMMAND [ARG…]" >&2
  exit 2
fi
for tool in dbus-run-session gnome-keyring-daemon; do
  command -v "$tool" >/dev/null || { echo "${0##*/}: $tool is not installed: cargo xtask setup" >&2; exit 1; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -m 700 "$work/runtime" "$work/data" "$work/config" "$work/cache"
export XDG_RUNTIME_DIR=$work/runtime XDG_DATA_HOME=$work/data XDG_CONFIG_HOME=$work/config XDG_CACHE_HOME=$work/cache

# The password has no line end: the daemon would take it for part of the password. The daemon ends with the bus.
# Without the wait the first caller would make the bus start a second daemon beside the one that is coming up.
# shellcheck disable=SC2016
dbus-run-session -- bash -c '
  set -euo pipefail
  settings=$(printf throw-away | gnome-keyring-daemon --unlock --components=secrets \
    --control-directory="$XDG_RUNTIME_DIR/keyring" 2>/dev/null)
  while IFS= read -r setting; do [ -z "$setting" ] || export "${setting?}"; done <<<"$settings"
  owned() { dbus-send --print-reply=literal --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
    string:org.freedesktop.secrets 2>/dev/null | grep -q true; }
  for _ in $(seq 100); do owned && break; sleep 0.05; done
  exec "$@"' with-keyring "$@"
