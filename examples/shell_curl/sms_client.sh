#!/usr/bin/env bash
# Sends an SMS through the gateway, with curl and jq.
#
#   SMS_URL=https://… SMS_USERNAME=… SMS_PASSWORD=… sms_client.sh [admin|services] < message.json
#
# The message has the gateway's own fields, such as `destination` and `text`. SMS_TIMEOUT is in seconds (10). One line
# comes out, and the exit code says the same:
#
#   0  accepted MESSAGE-ID [PROVIDER]
#   1  refused CODE
#   2  failed REASON      never sent, or its fate is unknown: sending it again may bring it twice
set -euo pipefail

case ${1:-admin} in
  admin) path=/api/Admin/send ;;
  services) path=/api/Services/send ;;
  *) echo "sms_client.sh: there is no operation '$1'; there are: admin, services" >&2 && exit 64 ;;
esac

setting() { # setting NAME VALUE: a line of curl's configuration
  local value=${2//\\/\\\\}
  value=${value//\"/\\\"}
  value=${value//$'\n'/\\n}
  printf '%s = "%s"\n' "$1" "${value//$'\r'/\\r}"
}

message=$(jq --compact-output --ascii-output .)

# All goes through standard input: what stands on a command line can be read by everybody on the machine. --max-time
# holds for the whole exchange, --disable keeps a personal .curlrc out, and curl neither follows redirects nor resends.
answer=$(
  {
    setting url "${SMS_URL%/}$path"
    setting user "$SMS_USERNAME:$SMS_PASSWORD"
    setting header 'Accept: application/json'
    setting header 'Content-Type: application/json'
    setting data-raw "$message"
    setting max-time "${SMS_TIMEOUT:-10}"
    setting write-out '\n%{http_code}'
  } | curl --disable --silent --globoff --basic --config - | tr -d '\000'
) || {
  echo "failed curl ended with exit code $?"
  exit 2
}

# What the answer means. Only what the gateway documents counts; members that nobody knows do not matter.
verdict=$(
  jq --raw-input --slurp --raw-output --argjson status "${answer##*$'\n'}" '
    def refusals: {"500": [8, 56, 59, 60, 61, 64, 66, 74], "401": [63]};
    (try fromjson catch null) as $answer
    | if ($answer | type) != "object" then "failed HTTP \($status) without a JSON object"
      else $answer
        | if $status == 200 and (.id | type) == "string" and .id != "" and .code == null
          then "accepted \(.id)" + (if (.provider | type) == "string" then " \(.provider)" else "" end)
          elif .id == null and (.code as $code | refusals[$status | tostring] // [] | index([$code])) != null
          then "refused \(.code)"
          else "failed HTTP \($status) with code \(.code | tojson)"
          end
      end' <<<"${answer%$'\n'*}"
)
echo "$verdict"
case $verdict in
  accepted\ *) exit 0 ;;
  refused\ *) exit 1 ;;
  *) exit 2 ;;
esac
