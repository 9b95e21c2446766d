#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# check-tree.sh: format, file sizes, tests beside pipelines and of rules, and the arrows between rooms of core/README.md. Prints what is wrong; exits 1 then.
set -euo pipefail
cd "$(dirname "$0")/.."
failed=0
complain() {
  echo "$*"
  failed=1
}

sources=$(git ls-files '*.h' '*.cc' '*.c')
for file in $sources; do
  lines=$(wc -l <"$file")
  [[ $lines -le 600 ]] || complain "$file has $lines lines; the limit is 600"
  head -n 1 "$file" | grep -q 'SPDX-License-Identifier: Apache-2.0' || complain "$file: the first line is no SPDX line"
done
for file in pipelines/*.yaml; do
  [[ $file == *.test.yaml || -e ${file%.yaml}.test.yaml ]] || grep -q '^tests:' "$file" || complain "$file has no tests beside it"
done
while IFS=. read -r suite name; do
  grep -rqE "TEST(_F|_P)?\\($suite, *${name/\*/}" tests || complain "tests/pipelines/rules/README.md: there is no test $suite.$name"
done < <(grep -oE '`[A-Z][A-Za-z]+\.[A-Za-z0-9*]+`' tests/pipelines/rules/README.md | tr -d '\`' | grep -v '^Suite\.Name$')
# shellcheck disable=SC2086
clang-format-14 --dry-run -Werror $sources || complain "run clang-format-14 -i on these"

declare -A allowed=(
  [base]="base"
  [spec]="spec base"
  [plugin]="plugin spec base"
  [graph]="graph plugin spec base"
  [metrics]="metrics base"
  [state]="state base"
  [checkpoint]="checkpoint state base"
  [runtime]="runtime graph checkpoint state metrics plugin spec base"
  [testing]="testing runtime graph checkpoint metrics plugin spec base"
  [health]="health graph metrics plugin spec base"
  [cli]="cli health testing runtime graph checkpoint state plugin spec metrics base"
)
for room in "${!allowed[@]}"; do
  while IFS=: read -r file _ include; do
    to=$(sed -E 's/.*"([a-z_]+)\/.*/\1/' <<<"$include")
    [[ " ${allowed[$room]} " == *" $to "* ]] || complain "$file: $room may not use $to"
  done < <(grep -nE '#include "[a-z_]+/' -r "core/$room" || true)
done
while IFS=: read -r file _ include; do
  to=$(sed -E 's/.*"([a-z_]+)\/.*/\1/' <<<"$include")
  [[ ! -d core/$to ]] || complain "$file: a plugin may use include/weir only, not core/$to"
done < <(grep -nE '#include "[a-z_]+/' -r plugins || true)

exit $failed
