#!/usr/bin/env bash
# Draws the label art of the three fictional products (labels/*.png).
# The PNG files are committed, so this is only needed to change the artwork.
# Debian packages: imagemagick fonts-ebgaramond fonts-league-spartan fonts-lato fonts-lobster
set -euo pipefail
cd "$(dirname "$0")"
fonts="${FONT_ROOT:-/usr/share/fonts}"
EBG="$fonts/opentype/ebgaramond/EBGaramond12-Regular.otf"
EBI="$fonts/opentype/ebgaramond/EBGaramond12-Italic.otf"
LSB="$fonts/opentype/league-spartan/LeagueSpartan-Bold.otf"
LSM="$fonts/opentype/league-spartan/LeagueSpartan-Medium.otf"
LAM="$fonts/truetype/lato/Lato-Medium.ttf"
LOB="$fonts/opentype/lobster/lobster.otf"
mkdir -p labels

# text Y SIZE KERNING COLOUR FONT STRING: centred line, Y = offset of its middle from the top
args=()
text() { args+=( -gravity North -font "$5" -pointsize "$2" -kerning "$3" -fill "$4" -annotate "+${X:-0}+$1" "$6" ); }

# ---------------------------------------------------------------- bottle label
W=1520 H=1300 ink='#2b2a26' gold='#a9793a' paper='#f3ecdd'
leaf() { # angle x y scale: one leaf of the sprig
  printf 'push graphic-context translate %s,%s rotate %s scale %s,%s path "M 0,0 C 26,-22 34,-66 0,-112 C -34,-66 -26,-22 0,0 Z" pop graphic-context ' "$2" "$3" "$1" "$4" "$4"
}
sprig="fill none stroke $gold stroke-width 5 path 'M 760,330 C 752,260 764,190 760,150' stroke none fill $gold "
sprig+="$(leaf 0 760 165 .7) $(leaf 48 760 210 .82) $(leaf -48 760 210 .82) $(leaf 56 759 270 .95) $(leaf -56 759 270 .95) $(leaf 66 760 326 .85) $(leaf -66 760 326 .85)"
X=0 args=()
text 372 196 30 "$ink" "$EBG" 'VERLUNE'
text 612 84 2 "$ink" "$EBI" 'botanical body oil'
text 838 56 16 '#f6efe0' "$LSM" 'SWEET ORANGE & CEDAR'
text 990 44 9 "$ink" "$LSM" 'COLD PRESSED  ·  SMALL BATCH'
text 1106 54 6 "$gold" "$LSM" '250 ml  e  8.4 fl oz'
convert -size ${W}x${H} "xc:$paper" \
  -fill none -stroke "$gold" -strokewidth 5 -draw "rectangle 44,44 $((W-45)),$((H-45))" \
  -strokewidth 2 -draw "rectangle 62,62 $((W-63)),$((H-63))" \
  -stroke none -draw "$sprig" \
  -fill '#b4602a' -draw "rectangle 64,800 $((W-65)),930" \
  -fill "$gold" -draw "rectangle 660,752 860,755" \
  "${args[@]}" -background "$paper" -gravity center -extent $((W*360/124))x${H} \
  -depth 8 -colors 256 PNG8:labels/bottle.png # a full turn of the flask; the label is its middle 124 degrees

# ---------------------------------------------------------------- tea box, four faces
green='#1f4a3f' cream='#f4ead2' coral='#e0653f' sand='#e9b44c' teal='#6fa58f'
emblem() { # cx cy r: sun over two ridges inside a ring
  local cx=$1 cy=$2 s=$3
  printf 'push graphic-context translate %s,%s scale %s,%s ' "$cx" "$cy" "$s" "$s"
  printf "fill %s circle 0,0 200,0 fill %s circle 0,0 186,0 fill %s circle 20,-40 92,-40 " "$sand" "$cream" "$coral"
  printf "fill %s path 'M -176,60 L -70,-62 L -20,-4 L 34,-40 L 176,60 A 186,186 0 0 1 120,142 L -120,142 A 186,186 0 0 1 -176,60 Z' " "$teal"
  printf "fill %s path 'M -172,72 C -90,10 -30,52 10,84 C 60,120 110,70 172,72 A 186,186 0 0 1 -172,72 Z' " "$green"
  printf 'pop graphic-context '
}
bands() { # width: coloured bands at the foot
  printf "fill %s rectangle 0,1640 %s,1710 fill %s rectangle 0,1711 %s,1780 fill %s rectangle 0,1781 %s,1850 fill %s rectangle 0,1851 %s,1960 " \
    "$sand" "$1" "$coral" "$1" "$teal" "$1" "$cream" "$1"
}
X=0 args=()
text 700 176 14 "$cream" "$LSB" 'TAVIMORE'
text 905 46 19 "$sand" "$LSM" 'MOUNTAIN TEA MAKERS'
text 1078 128 0 "$cream" "$EBI" 'Golden Oolong'
text 1258 50 5 "$cream" "$LAM" 'honey · apricot · toasted oak'
text 1440 44 9 "$sand" "$LSM" '20 WHOLE LEAF PYRAMIDS'
text 1884 40 8 "$green" "$LSB" 'NET WT 50 g  ·  1.76 oz'
convert -size 1260x1960 "xc:$green" \
  -stroke none -draw "$(emblem 630 370 1.22)" \
  -fill "$sand" -draw 'rectangle 520,1024 740,1029' \
  -draw "$(bands 1259)" "${args[@]}" -depth 8 -colors 256 PNG8:labels/box_front.png
args=()
text 700 88 7 "$cream" "$LSB" 'TAVIMORE'
text 1020 70 0 "$sand" "$EBI" 'how to brew'
text 1130 42 1 "$cream" "$LAM" '1 pyramid per cup'
text 1200 42 1 "$cream" "$LAM" 'water at 90 °C'
text 1270 42 1 "$cream" "$LAM" 'steep 3 minutes'
text 1340 42 1 "$cream" "$LAM" 'steep again, twice'
text 1884 40 4 "$green" "$LSB" 'BEST SHARED'
convert -size 770x1960 "xc:$green" -stroke none -draw "$(emblem 385 370 .8)" \
  -fill "$sand" -draw 'rectangle 315,900 455,905' \
  -draw "$(bands 769)" "${args[@]}" -depth 8 -colors 256 PNG8:labels/box_side.png
convert -size 1260x770 "xc:$green" -stroke none -draw "$(emblem 630 385 1.1)" -depth 8 -colors 256 PNG8:labels/box_top.png

# ---------------------------------------------------------------- can wrap (full turn, two fronts)
W=2640 H=1600 red='#d92f23' orange='#f58220' pale='#ffe7c2' dark='#5a0f1c'
slice() { # cx cy r: a cut blood orange
  local cx=$1 cy=$2 r=$3 a
  printf 'push graphic-context translate %s,%s scale %s,%s ' "$cx" "$cy" "$r" "$r"
  printf "fill %s circle 0,0 1,0 fill %s circle 0,0 0.93,0 " "$orange" "$pale"
  for a in 0 40 80 120 160 200 240 280 320; do
    printf "push graphic-context rotate %s fill '#b3202c' path 'M 0.075,0 L 0.74,-0.255 C 0.87,-0.2 0.87,0.2 0.74,0.255 Z' fill '#d8433a' path 'M 0.2,0 L 0.70,-0.17 C 0.76,-0.1 0.76,0.02 0.70,0.05 Z' pop graphic-context " "$a"
  done
  printf 'pop graphic-context '
}
art='' args=()
for off in 0 1320; do
  cx=$((off + 660))
  X=$((cx - W / 2)) 
  art+="$(slice $cx 1130 330) $(slice $((cx+430)) 1420 210) $(slice $((cx-440)) 800 120) $(slice $((cx+470)) 840 90) "
  [ "$X" -ge 0 ] && X="$X" # gravity North offsets from the middle
  neg=$X
  t() { args+=( -gravity North -font "$5" -pointsize "$2" -kerning "$3" -fill "$4" -annotate "$(printf '%+d+%d' "$neg" "$1")" "$6" ); }
  t 238 330 0 "$dark" "$LOB" 'Fizzolo'
  t 228 330 0 '#fff6e6' "$LOB" 'Fizzolo'
  t 600 72 20 '#fff6e6' "$LSB" 'BLOOD ORANGE'
  t 700 48 14 "$pale" "$LSM" 'SPARKLING SODA'
  t 1500 44 8 '#fff6e6' "$LSB" '330 ml'
done
# the wrap wraps: slices crossing the seam are drawn on both sides
art+="$(slice $((660+430+1320-W)) 1420 210) $(slice $((660-440+W)) 800 120) $(slice $((660+470+1320-W)) 840 90) "
convert -size ${W}x${H} gradient:"#ef4b2a-#c41f2b" -stroke none \
  -fill "$orange" -draw "path 'M 0,980 C 330,880 330,880 660,980 C 990,1080 990,1080 1320,980 C 1650,880 1650,880 1980,980 C 2310,1080 2310,1080 2640,980 L 2640,1600 L 0,1600 Z'" \
  -fill '#f9a13a' -draw "path 'M 0,1180 C 330,1280 330,1280 660,1180 C 990,1080 990,1080 1320,1180 C 1650,1280 1650,1280 1980,1180 C 2310,1080 2310,1080 2640,1180 L 2640,1600 L 0,1600 Z'" \
  -draw "$art" -fill white -draw "rectangle 0,0 $W,70" -draw "rectangle 0,112 $W,122" \
  "${args[@]}" -depth 8 PNG24:labels/can.png
# where the wrap is bare metal: the top ring and the fine line (white = metal)
convert -size 256x${H} xc:black -fill white -draw 'rectangle 0,0 255,70' -draw 'rectangle 0,112 255,122' -depth 8 labels/can_metal.png
