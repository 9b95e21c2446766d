#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# run_packages.sh BUILD SOURCE: every library that etl-run and the plugins are linked with is in a package of
# packaging/packages-run.txt.
set -euo pipefail
build=$1 source=$2

listed=" libc6 libgcc-s1 $(grep -v '^#' "$source/packaging/packages-run.txt" | tr '\n' ' ')"
needed=$(for file in "$build"/bin/etl-run "$build"/lib/weir/{plugins,clients}/*.so; do
  readelf -d "$file" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p'
done | sort -u)
# Lines `package:architecture: /path/library`; the same library may be in a package of another architecture, too.
# shellcheck disable=SC2046
owners=$(dpkg-query -S $(printf '*/%s ' $needed))
missing=0
for library in $needed; do
  packages=$(awk -F ': ' -v end="/$library" 'substr($2, length($2) - length(end) + 1) == end { sub(/:.*/, "", $1); print $1 }' <<<"$owners")
  found=0
  for package in $packages; do
    [[ $listed != *" $package "* ]] || found=1
  done
  [[ $found -eq 1 ]] || { echo "$library, of the package ${packages:-that is not known}, is not in packages-run.txt"; missing=1; }
done
exit $missing
