#!/usr/bin/env bash
# Makes the ad of one of the shipped photos, and says where it is.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p demo
target/debug/adgen new examples/assets/bottle_studio.jpg \
    --product "Verlune Botanical Oil" --brand "Verlune" --color '#B5651D' --color '#2F3E2E' --mood "warm, natural" \
    --brief "Cold-pressed from wild herbs. Melts into dry skin in seconds. 100 % plant based, bottled in small batches." \
    --audience "people who care what touches their skin" --cta "Discover Verlune" --force -o demo/project.json
target/debug/adgen generate demo/project.json --offline --storage demo/storage
