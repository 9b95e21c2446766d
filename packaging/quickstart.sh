#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# quickstart.sh [replay]: installs what is needed, builds, and runs pipelines/wechat_users.yaml as it runs in
# production, but on stand-ins: 10,000 ids in a Kafka mock, a stand-in of the WeChat API, SQLite. A second run only
# runs. `replay` asks again for the ids that the first run could not look up.
set -euo pipefail
cd "$(dirname "$0")/.."
build=build/quickstart
data=$build/data

packaging/install-packages.sh packaging/packages-build.txt
if [[ ! -x $build/bin/etl-run || ! -f $build/built || $(git rev-parse HEAD 2>/dev/null) != "$(cat $build/built)" ]]; then
  echo "building (only the first time, a minute or two)"
  mkdir -p $build
  if ! { cmake --preset quickstart && cmake --build --preset quickstart; } >$build/log 2>&1; then
    tail -n 40 $build/log
    echo "the build failed; all of its output is in $build/log"
    exit 1
  fi
  git rev-parse HEAD >$build/built 2>/dev/null || true
fi
standins=$build/tests/standins

started=()
stop_standins() {
  for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait
}
trap stop_standins EXIT

# start NAME COMMAND...: runs it in the background and waits for its line `listening on ADDRESS`.
start() {
  local name=$1 log=$data/$1.log
  shift
  "$@" >"$log" 2>&1 &
  started+=($!)
  until address=$(sed -n 's/^listening on //p' "$log") && [[ -n $address ]]; do
    kill -0 $! 2>/dev/null || { cat "$log"; echo "$name did not start"; exit 1; }
    sleep 0.05
  done
}

[[ ${1:-} == replay ]] || rm -rf $data
mkdir -p $data
start api $standins/weir-wechat-standin --latency-ms 50
export WX_URL=$address WX_APP_ID=wx-standin WX_SECRET=standin-secret
export DB_URL=sqlite://$PWD/$data/users.db SIDE_FOLDER=$PWD/$data STOP_AT_END=true
replay=(replay pipelines/wechat_users.yaml --from "$SIDE_FOLDER/wexinId.*.ndjson" --into lookup --batch 10)

if [[ ${1:-} == replay ]]; then
  KAFKA_BROKERS=none $build/bin/etl-run "${replay[@]}"
  exit
fi

$standins/weir-make-ids --count 10000 --account $data/account.json >$data/ids.txt
start kafka $standins/weir-mock-kafka --topic wechat-ids:4 --fill wechat-ids:$data/ids.txt
export KAFKA_BROKERS=$address

$build/bin/etl-run pipelines/wechat_users.yaml

cat <<EOF

The ids that went in:  $data/ids.txt ($(cat $data/account.json))
The rows:              $data/users.db, table wechat_user
Ids not looked up:     $(ls $data/wexinId.*.ndjson)

To ask for those again, in batches of 10:
  packaging/quickstart.sh replay
which runs, on the stand-ins,
  etl-run ${replay[*]@Q}
EOF
