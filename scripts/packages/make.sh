#!/usr/bin/env bash
# Makes the packages from nothing: `make.sh [--lgpl] wheel|npm...`, into dist/, or without the GPL into dist/lgpl/. What is up to date
# is not made again.
set -euo pipefail
cd "$(dirname "$0")/../.."
kind=gpl
dist=dist
licence="(MIT OR Apache-2.0) AND GPL-2.0-or-later AND LGPL-2.1-or-later"
if [ "${1:-}" = --lgpl ]; then
    shift
    kind=lgpl
    dist=dist/lgpl
    licence="(MIT OR Apache-2.0) AND LGPL-2.1-or-later"
fi
[ $# -gt 0 ] || { echo "usage: $0 [--lgpl] wheel|npm..." >&2; exit 2; }
for package in "$@"; do
    case $package in wheel | npm) ;; *) echo "make: $package is neither wheel nor npm" >&2; exit 2 ;; esac
done
scripts/packages/setup.sh
data=$PWD/target/packages/bundle-$kind
if [ $kind = lgpl ]; then scripts/ffmpeg/build.sh --lgpl target/ffmpeg/lgpl; else scripts/ffmpeg/build.sh target/ffmpeg/gpl; fi
scripts/packages/data.sh $kind "$data"
scripts/packages/build.sh $kind
for package in "$@"; do
    case $package in
        wheel) scripts/packages/wheel.sh "$data" "$licence" $dist ;;
        npm) scripts/packages/npm.sh "$data" "$licence" $dist ;;
    esac
done
