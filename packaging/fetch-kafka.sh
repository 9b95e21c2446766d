#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Fetches the jars of the Apache Kafka broker that the tests run from Maven Central and prints the
# folder that holds them: $WEIR_KAFKA_JARS, by default ~/.cache/weir/kafka-VERSION. Does nothing
# when they are there. The folder appears complete or not at all. Needs Maven and Java.
set -eu

die() {
  echo "fetch-kafka: $*" >&2
  exit 1
}

case "${1:-}" in
  '') ;;
  -h | --help)
    sed -n '3,5s/^# //p' "$0"
    exit 0
    ;;
  *) die "takes no arguments, got '$1'" ;;
esac

pom=$(cd "$(dirname "$0")/.." && pwd)/tests/support/kafka/pom.xml
version=$(sed -n 's:.*<kafka.version>\(.*\)</kafka.version>.*:\1:p' "$pom")
[ -n "$version" ] || die "no kafka.version in $pom"
jars=${WEIR_KAFKA_JARS:-$HOME/.cache/weir/kafka-$version}
broker=$jars/kafka_2.13-$version.jar

if [ -e "$broker" ]; then
  echo "$jars"
  exit 0
fi
if [ -d "$jars" ] && [ -n "$(ls -A "$jars")" ]; then
  die "$jars holds something else than Kafka $version: remove it or set WEIR_KAFKA_JARS to another folder"
fi
command -v mvn >/dev/null || die "Maven is missing (Debian: apt-get install maven)"

mkdir -p "$(dirname "$jars")"
unfinished=$(mktemp -d "$(dirname "$jars")/.kafka-XXXXXX")
trap 'rm -rf "$unfinished"' EXIT
trap 'exit 1' HUP INT TERM

if ! timeout 600 mvn --batch-mode --strict-checksums --file "$pom" \
  dependency:copy-dependencies -DoutputDirectory="$unfinished/jars" >"$unfinished/log" 2>&1; then
  cause=$(sed -n 's/^\[ERROR\] *//p' "$unfinished/log" | head -n 1)
  die "cannot get Apache Kafka $version: Maven Central was not reached or did not have it. Maven says: ${cause:-nothing}"
fi

# Atomic: of two that fetch at the same time one comes too late, and finds the other's folder.
if ! mv -T "$unfinished/jars" "$jars" 2>/dev/null && [ ! -e "$broker" ]; then
  die "cannot move the jars to $jars"
fi
[ -e "$broker" ] || die "Maven copied no ${broker##*/}"
echo "$jars"
