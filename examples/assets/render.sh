#!/usr/bin/env bash
# Renders the demo photos and their true alpha masks again from the scene files.
#   ./render.sh                 everything
#   ./render.sh can_busy ...    only these
# Debian packages: povray povray-includes imagemagick
# THREADS sets how many threads POV-Ray takes (default 1).
set -euo pipefail
cd "$(dirname "$0")/scenes"

names=("$@")
[ ${#names[@]} -gt 0 ] || names=(bottle_studio bottle_busy box_studio box_busy can_studio can_busy)
tmp="$(mktemp -d)"
trap 'rm -rf "$tmp"' EXIT
mkdir -p ../masks

pov() { # scene, output, pass, further options
  local scene=$1 out=$2 pass=$3
  shift 3
  nice -n 10 povray "+I$scene.pov" "+O$out" "+L$tmp" "Declare=PASS=$pass" "+WT${THREADS:-1}" \
    -D -GA "$@" >"$tmp/log" 2>&1 || { cat "$tmp/log" >&2; exit 1; }
}

for name in "${names[@]}"; do
  case "$name" in
    *_busy)
      # what stands behind, through a wide aperture; softened once more while it is enlarged
      echo "$name: backdrop plate"
      pov "$name" "$tmp/raw.png" 1 +FN16 +W420 +H560 -A
      convert "$tmp/raw.png" -colorspace RGB -filter Mitchell -resize 1260x1680 -blur 0x5 \
        -colorspace sRGB -depth 16 "$tmp/${name%_busy}_plate.png"
      ;;
  esac
  echo "$name: photo"
  pov "$name" "$tmp/photo.png" 0 +FN16 +W1200 +H1600 +AM2 +A0.08 +R2
  convert "$tmp/photo.png" -strip -depth 8 -sampling-factor 4:4:4 -quality 93 "../$name.jpg"
  # 16 binary samples a pixel, averaged: the grey value is the share of the pixel the product covers
  echo "$name: mask"
  pov "$name" "$tmp/mask.png" 2 +FN8 +W4800 +H6400 -A
  convert "$tmp/mask.png" -scale 25% -colorspace Gray -strip -depth 8 \
    -define png:exclude-chunks=gAMA,cHRM,date,time "../masks/$name.png"
done
