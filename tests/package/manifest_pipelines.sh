#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# manifest_pipelines.sh BUILD SOURCE: the pipelines in the manifests for Kubernetes are files that etl-run would run, with
# the variables that the manifests name.
set -euo pipefail
build=$1 source=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for manifest in "$source"/packaging/kubernetes/*.yaml; do
  file=$work/$(basename "$manifest")
  awk '/^  pipeline.yaml: \|$/ { inside = 1; next } inside && !/^    / { exit } inside { print substr($0, 5) }' "$manifest" >"$file"
  [[ -s $file ]] || { echo "$manifest holds no pipeline.yaml"; exit 1; }
  KAFKA_BROKERS=kafka:9092 DB_URL=mysql://weir:secret@mariadb/shop "$build/bin/etl-run" check "$file"
done
