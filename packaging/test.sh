#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test.sh [PRESET...]: installs what the tests need, builds and runs them. Presets: dev (the default: all tests, those on
# a real Kafka broker and MariaDB included), asan and tsan (the core's tests under sanitizers), tidy (clang 14 without
# warnings, clang-tidy, format, structure), quickstart (that it builds); `all` means each of these.
set -euo pipefail
cd "$(dirname "$0")/.."

presets=("${@:-dev}")
[[ ${presets[0]} == all ]] && presets=(dev asan tsan tidy quickstart)

packaging/install-packages.sh packaging/packages-build.txt packaging/packages-test.txt
if ! packaging/fetch-kafka.sh; then
  echo "SKIPPED LOUDLY: no Kafka jars, so the tests on the real broker will be skipped"
fi

for preset in "${presets[@]}"; do
  echo "== $preset"
  cmake --preset "$preset"
  cmake --build --preset "$preset"
  case $preset in
    dev) ctest --preset dev ;;
    asan | tsan) ctest --preset "$preset" ;;
    tidy) packaging/check-tree.sh ;;
  esac
done
