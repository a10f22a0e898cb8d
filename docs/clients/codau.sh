# Có Dấu with curl: functions to try a call in a terminal, or for a script. bash, curl 7.76 or newer, openssl.
#
#   export CODAU_URL=https://codau.example.vn CODAU_KEY=…   # a key of the role `website`
#   source codau.sh
#   submit form-1 '{"thread": "doi-song/4711", "body": "Bai viet rat hay!", "author": {"name": "An"}}'
#
# Each prints the JSON of the answer; a refusal (`code`, `detail`) is printed, too, and the exit status is 22.
# While the service is busy (429, 503) or away, a call is repeated after Retry-After, for half a minute.

# The key goes through a pipe, since every user of the machine may read the arguments of a program.
request() {
    curl --silent --show-error --fail-with-body --max-time 15 --retry 3 --retry-connrefused --retry-max-time 30 \
        --header @<(printf 'Authorization: Bearer %s\n' "$CODAU_KEY") --header 'Accept-Language: vi' "$@"
}

# With a file between, since curl prints what every try answered.
call() {
    local answer status=0
    answer=$(mktemp)
    request --output "$answer" "$@" || status=$?
    [[ ! -s $answer ]] || { cat "$answer" && echo; }
    rm -f "$answer"
    return "$status"
}

# segment TEXT: percent-encoded as one segment of a path.
segment() { printf %s "$1" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g'; }

# submit KEY COMMENT: the same key again makes no second comment. The comment is JSON.
submit() {
    call "$CODAU_URL/v1/comments" --header "Idempotency-Key: $1" --header 'Prefer: wait=5' \
        --header 'Content-Type: application/json' --data-raw "$2"
}

# comment ID: where it stands.
comment() { call "$CODAU_URL/v1/comments/$(segment "$1")"; }

# revise ID '{"body": "…"}': the reader's better text, under the same id.
revise() {
    call "$CODAU_URL/v1/comments/$(segment "$1")/revise" --header 'Prefer: wait=5' \
        --header 'Content-Type: application/json' --data-raw "$2"
}

# erase ID: for good.
erase() { call --request DELETE "$CODAU_URL/v1/comments/$(segment "$1")"; }

# thread THREAD FILE: what is published, kept in FILE beside its ETag; unchanged, it costs a 304.
thread() {
    request "$CODAU_URL/v1/threads/$(segment "$1")/comments" --output "$2" \
        --etag-compare "$2.etag" --etag-save "$2.etag" --write-out '%{http_code}\n'
}

# counts THREAD…: how many comments each has.
counts() {
    local query=() one
    for one in "$@"; do query+=(--data-urlencode "thread=$one"); done
    call --get "$CODAU_URL/v1/counts" "${query[@]}"
}

# verify FILE ID TIMESTAMP SIGNATURES SECRET…: whether a webhook's body, kept in FILE, was signed with one of the
# secrets in the last five minutes. For a look by hand: openssl shows the secret to other users of the machine,
# and a shell compares in varying time. A receiver is better written in one of the other languages.
verify() {
    local file=$1 id=$2 at=$3 signatures=$4 secret key mine
    shift 4
    (($(date +%s) - at <= 300 && at - $(date +%s) <= 300)) || return 1
    for secret in "$@"; do
        key=$(printf %s "${secret#whsec_}" | base64 --decode | od -An -v -tx1 | tr -d ' \n')
        mine=$({ printf '%s.%s.' "$id" "$at"; cat "$file"; } |
            openssl dgst -sha256 -mac HMAC -macopt "hexkey:$key" -binary | base64)
        [[ " $signatures " == *" v1,$mine "* ]] && return 0
    done
    return 1
}
