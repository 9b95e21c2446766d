#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# plugin_outside_the_tree.sh BUILD SOURCE
set -euo pipefail
build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/weir" >/dev/null
cmake -S "$source/packaging/plugin-template" -B "$work/build" -DCMAKE_PREFIX_PATH="$work/weir" >/dev/null
cmake --build "$work/build" >/dev/null

exported=$(nm -D --defined-only "$work/build/weir_process_upper.so" | awk '{print $3}')
[[ $exported == weir_library ]] || { echo "the plugin exports: $exported"; exit 1; }

printf 'quiet\nÄ\nwords' >"$work/in.txt"
INPUT=$work/in.txt "$work/weir/bin/etl-run" --quiet --plugin-dir "$work/build" "$source/packaging/plugin-template/pipeline.yaml" >"$work/out.txt"
diff <(printf 'QUIET!\nWORDS!\nÄ\n' | sort) <(sort "$work/out.txt")
"$work/weir/bin/etl-run" plugins upper --plugin-dir "$work/build" | grep -q 'What is put behind each value'
