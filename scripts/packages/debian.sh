#!/usr/bin/env bash
# Downloads packages of Debian 12 into the working folder: `debian.sh source|binary <name=version>...`.
#
# Debian's lists are fetched into a folder of ours: those of the system, which mostly have no sources, stay as they are.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
kind=$1
shift
command -v apt-get >/dev/null || { echo "debian: apt-get is not there, which knows where Debian's packages are" >&2; exit 1; }
apt=$root/target/packages/apt-$kind
lists=$apt/lists parts=$apt/parts
case $kind in source) type=deb-src ;; binary) type=deb ;; *) echo "debian: $kind is neither source nor binary" >&2; exit 2 ;; esac
rm -rf "$apt"
mkdir -p "$lists/partial" "$parts"
if [ -f /etc/apt/sources.list.d/debian.sources ]; then
    sed "s/^Types:.*/Types: $type/" /etc/apt/sources.list.d/debian.sources > "$parts/debian.sources"
else
    sed -n "s/^deb /$type /p" /etc/apt/sources.list > "$parts/debian.list"
fi
ask=(apt-get -qq -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$parts" -o Dir::State::lists="$lists"
     -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root)
"${ask[@]}" update
case $kind in
    source) "${ask[@]}" source --download-only "$@" ;;
    binary) "${ask[@]}" download "$@" ;;
esac
