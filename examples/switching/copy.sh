#!/bin/sh
# copy.sh <organization there> <organization here>: copies every environment that you may decrypt from one ESC server to another.
#
#   FROM_URL  FROM_TOKEN   the server to copy from, and a token of yours there
#   TO_URL    TO_TOKEN     the OpenESC server, and a token of yours there
#   ESC                    the command line to use, `esc` unless told; the original's does as well
#
# An environment that already exists here is left alone. Secrets travel in clear from one process to the next, and are never in a file.
set -eu
there=${1:?organization to copy from, as in: copy.sh acme acme}
here=${2:?organization to copy to, as in: copy.sh acme acme}
: "${FROM_URL:?the server to copy from}" "${FROM_TOKEN:?a token there}" "${TO_URL:?the server to copy to}" "${TO_TOKEN:?a token there}"
esc=${ESC:-esc}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

from() { PULUMI_HOME="$work/from" PULUMI_BACKEND_URL="$FROM_URL" PULUMI_ACCESS_TOKEN="$FROM_TOKEN" "$esc" "$@"; }
to() { PULUMI_HOME="$work/to" PULUMI_BACKEND_URL="$TO_URL" PULUMI_ACCESS_TOKEN="$TO_TOKEN" "$esc" "$@"; }

# `ls` leaves the organization out of names in one's own.
names() { "$1" env ls --organization "$2" | sed "s|^$2/||"; }

names from "$there" >"$work/there"
names to "$here" >"$work/here"
grep -Fxv -f "$work/here" "$work/there" >"$work/left" || [ $? -eq 1 ]

# All are made first, empty; a definition is accepted once the keys it takes from imports are here. So those that were refused are tried
# again for as long as a round copies any.
while read -r name; do
  to env init "$here/$name" </dev/null >/dev/null 2>"$work/answer" || { cat "$work/answer" >&2; exit 1; }
done <"$work/left"
copied=0
while [ -s "$work/left" ]; do
  : >"$work/refused"
  : >"$work/reasons"
  while read -r name; do
    # `edit` ends with 0 for a definition with errors, as the original's does, so what it says decides.
    from env get "$there/$name" --definition --show-secrets </dev/null 2>"$work/answer" |
      to env edit "$here/$name" --file - >>"$work/answer" 2>&1 || true
    if grep -q -e '^Environment updated' -e '^Aborting edit due to empty definition' "$work/answer"; then
      copied=$((copied + 1))
      echo "copied $name"
    else
      echo "$name" >>"$work/refused"
      sed "s|^|$name: |" "$work/answer" >>"$work/reasons"
    fi
  done <"$work/left"
  if cmp -s "$work/left" "$work/refused"; then
    echo "$copied copied; these are here, and empty, since they were refused:" >&2
    cat "$work/reasons" >&2
    exit 1
  fi
  mv "$work/refused" "$work/left"
done
echo "$copied copied, $(wc -l <"$work/here" | tr -d ' ') were here already"
