#!/bin/sh
# From an empty AWS account to an environment that can become one role, and another that cannot; all on this machine, against
# the sandbox. Leave the first two programs out, and use a profile of yours, to do the same in a real account.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
esc=${ESC:-esc}
work=$(mktemp -d)
started=
stop() {
  for pid in $started; do kill "$pid" 2>/dev/null || true; done
  wait
  rm -rf "$work"
}
trap stop EXIT

# Waits until a program has written a line that holds the words.
until_says() {
  tries=0
  until grep -q "$2" "$1" 2>/dev/null; do
    tries=$((tries + 1))
    [ "$tries" -lt 300 ] || { cat "$1"; exit 1; }
    sleep 0.1
  done
}

# A stand-in for AWS, with an administrator's key of this run.
export OPENESC_SANDBOX_ACCESS_KEY_ID=AKIASANDBOXADMIN2345
OPENESC_SANDBOX_SECRET_ACCESS_KEY=$(head -c 30 /dev/urandom | base64)
export OPENESC_SANDBOX_SECRET_ACCESS_KEY
"$esc" sandbox aws --port 0 >"$work/sandbox.log" 2>&1 &
started="$started $!"
until_says "$work/sandbox.log" endpoint
sandbox=$(sed -n 's/^ *endpoint *//p' "$work/sandbox.log")

# A profile that leads there, as the AWS CLI and SDKs read it.
export AWS_CONFIG_FILE="$work/aws-config" AWS_SHARED_CREDENTIALS_FILE="$work/none"
cat >"$AWS_CONFIG_FILE" <<PROFILE
[profile admin]
region = us-east-1
endpoint_url = $sandbox
aws_access_key_id = $OPENESC_SANDBOX_ACCESS_KEY_ID
aws_secret_access_key = $OPENESC_SANDBOX_SECRET_ACCESS_KEY
PROFILE

# The server, whose issuer the account is going to trust.
"$esc" server start --port 0 --data "$work/data" --organization acme --user ada \
  --token-file "$work/token" --sts-endpoint "$sandbox" >"$work/server.log" 2>&1 &
started="$started $!"
until_says "$work/server.log" 'listens on'
PULUMI_BACKEND_URL=$(sed -n 's/^OpenESC listens on //p' "$work/server.log")
PULUMI_ACCESS_TOKEN=$(cat "$work/token")
export PULUMI_BACKEND_URL PULUMI_ACCESS_TOKEN PULUMI_HOME="$work/home"

"$esc" env init acme/web/prod --file "$here/prod.yaml"
"$esc" env init acme/web/dev --file "$here/dev.yaml"

# The plan, the changes, the proof; and again, to show that nothing is left to do.
"$esc" aws setup acme/web/prod --apply --yes --profile admin
"$esc" aws setup acme/web/prod --apply --profile admin

# Production becomes the role; development is refused, and the answer says why.
"$esc" run acme/web/prod -- sh -c 'printf "credentials of %.8s...\n" "$AWS_ACCESS_KEY_ID"'
"$esc" aws trust check acme/web/dev --profile admin || echo "exit code $?"
