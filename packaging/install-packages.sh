#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# install-packages.sh LIST...: installs the Debian packages named in the lists that are not there yet.
set -euo pipefail

missing=()
for list in "$@"; do
  while read -r package; do
    case "$package" in '' | '#'*) continue ;; esac
    status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [[ $status == *' installed' ]] || missing+=("$package")
  done <"$list"
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

echo "installing: ${missing[*]}"
as_root=()
[[ $(id -u) -eq 0 ]] || as_root=(sudo)
"${as_root[@]}" apt-get update -q
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}"
