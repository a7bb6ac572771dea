#!/bin/sh
# gate.sh <deployed> <proposed>: fails when the proposed trust policy has findings or admits anybody more.
set -eu
here=$(dirname "$0")
"${ESC:-esc}" aws trust lint --format sarif "$2"
"${ESC:-esc}" aws trust diff "$1" "$2" --universe "$here/universe.json"
