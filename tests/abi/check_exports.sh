#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# check_exports.sh FOLDER: every plugin of the folder must export its entry point, and nothing else.
set -euo pipefail

failed=0
count=0
for library in "$1"/*.so; do
  [[ -e $library ]] || break
  count=$((count + 1))
  symbols=$(nm -D --defined-only "$library" | awk '{print $2, $3}')
  if [[ $symbols != "T weir_library" ]]; then
    echo "$library exports, instead of the function weir_library alone:"
    echo "${symbols:-nothing}" | head -n 20
    failed=1
  fi
done
if [[ $count -eq 0 ]]; then
  echo "there is no plugin in $1"
  failed=1
fi
exit $failed
