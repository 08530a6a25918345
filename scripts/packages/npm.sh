#!/usr/bin/env bash
# Packs the npm packages: `npm.sh <folder of data.sh> <licence> <target folder>`, after build.sh. Gives adgen-<version>.tgz and
# adgen-linux-x64-gnu-<version>.tgz, in the layout of @napi-rs/cli: the first names the second as an optional dependency, so
# that npm installs the one for its machine. By hand, for the command-line tool would compile by itself, with flags of its own.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
data=$1
licence=$2
dist=$root/$3
work=$root/target/packages/npm
rm -rf "$work"
mkdir -p "$work"/{adgen,platform} "$dist"
built=target/x86_64-unknown-linux-gnu/packages/libadgen_node.so
[ -f $built ] || { echo "npm: $built is not there: run scripts/packages/build.sh" >&2; exit 1; }
node scripts/packages/npm.mjs "$work" "$licence"
strip --strip-all -o "$work/platform/adgen.node" $built
cp -r "$data" "$work/platform/bundle"
rm -rf "$work/platform/bundle/.gathered" "$work/platform/bundle/licenses"
cp -r "$data/licenses" "$work/platform"
cp LICENSE LICENSE-MIT LICENSE-APACHE "$work/adgen"
for folder in adgen platform; do (cd "$work/$folder" && npm pack --silent --ignore-scripts --pack-destination "$work" >/dev/null); done
# A tarball of npm's is deflated, and 4 % smaller where more time is spent on it than zlib does.
advdef --recompress --shrink-extra --quiet "$work"/*.tgz
rm -f "$dist"/adgen-*.tgz
mv "$work"/*.tgz "$dist"
ls -l "$dist"/adgen-*.tgz
