#!/usr/bin/env bash
# Lets `sms-contract client --one-shot` call the client beside it: an intent on standard input, its answer out. It takes
# one line after the other as well, without --one-shot.
set -euo pipefail
client=$(dirname "$0")/sms_client.sh

while IFS= read -r intent; do
  # jq quotes for the shell; the password goes on through the environment, which no list of processes shows.
  eval "$(jq --raw-output '@sh "
    id=\(.id) operation=\(.operation)
    export SMS_URL=\(.base_url) SMS_USERNAME=\(.username) SMS_PASSWORD=\(.password) SMS_TIMEOUT=\(.timeout_s)"' <<<"$intent")"
  verdict=$(jq --compact-output .message <<<"$intent" | bash "$client" "$operation") || true
  jq --null-input --compact-output --argjson id "$id" --arg verdict "$verdict" '
    ($verdict | capture("^(?<outcome>[a-z]+) (?<said>.*)$")) as {$outcome, $said}
    | {id: $id, outcome: $outcome}
      + if $outcome == "accepted" then ($said | split(" ") | {message_id: .[0], provider: (.[1:] | join(" "))})
        elif $outcome == "refused" then {code: ($said | tonumber)}
        else {reason: $said} end
    | if .provider == "" then del(.provider) else . end'
done
