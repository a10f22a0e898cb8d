"""What headers and parts of a path mean in the OpenAPI document: each is said once, under its name.

Which call has which of them is in `documented`; parameters of a query are described where they are declared.
"""

from collections.abc import Mapping
from typing import Any

from service.api import request_ids


def _told(description: str, example: Any = None, **schema: Any) -> dict[str, Any]:
    """A header or parameter object without its name; text, if its schema does not say otherwise."""
    shown = {} if example is None else {"example": example}
    return {"description": description, "schema": {"type": "string"} | schema, **shown}


REQUEST_HEADERS: Mapping[str, dict[str, Any]] = {
    "Idempotency-Key": _told(
        "Within a site and thread, for 24 hours, the same key with the same request makes nothing new and "
        "answers with the comment as it now stands.",
        "b7c1f0de-4d0f-4c0e-9c0b-1d6e6a1c9a55",
        pattern="^[\\x21-\\x7e]{1,255}$",
    ),
    "Prefer": _told(
        "`wait=<seconds>`, at most 10 (RFC 7240): answer as soon as the comment is judged.", "wait=2"
    ),
    "If-None-Match": _told("The ETag of the page that the caller has.", '"6f1ed002ab5595859014ebf0"'),
    "Last-Event-ID": _told(
        "The last `id` that was received: go on behind it, from up to 24 hours back.", "AgT0s9CaqzMC6AcA"
    ),
    "Accept-Language": _told(
        "Messages for the reader are Vietnamese, unless English has the greater weight here.",
        "vi, en;q=0.5",
    ),
    request_ids.HEADER: _told(
        "The caller's own name for the request, for our log and the answer; one that does not look like a "
        "name (letters, digits and `._~:+/=,;-`, up to 64) is not taken over.",
        "b7c1f0de4d0f4c0e",
    ),
}

RESPONSE_HEADERS: Mapping[str, dict[str, Any]] = {
    "Location": _told(
        "Where the comment is found.", "/v1/comments/0sapnxdg0dmmk000000007", format="uri-reference"
    ),
    "Preference-Applied": _told("`wait` where the answer waited for the verdict (RFC 7240).", const="wait"),
    "ETag": _told("Strong; different for every sort, page and content.", '"6f1ed002ab5595859014ebf0"'),
    "Cache-Control": _told(
        "Ask again before each use: what was taken down must be gone from the next answer on.",
        const="private, no-cache",
    ),
    "Retry-After": _told("Seconds after which trying again makes sense.", 1, type="integer", minimum=0),
    "RateLimit-Policy": _told(
        "The limits that were looked at (draft-ietf-httpapi-ratelimit-headers-11), `author`, `address` and "
        "`site`: `q` comments at once, then as many in `w` seconds, evenly. On a refusal the one that "
        "refused; absent where none was looked at.",
        '"author";q=30;w=60, "address";q=120;w=60',
    ),
    "RateLimit": _told(
        "What they still let pass: `r` comments at once, and one more in `t` seconds.",
        '"author";r=29;t=2, "address";r=119;t=1',
    ),
    "WWW-Authenticate": _told("How to name a key.", 'Bearer realm="codau"'),
    request_ids.HEADER: _told(
        "Names this request in the service's log: the caller's own name for it, or one made here.",
        "9f1c2ab40000002a",
        pattern=f"^{request_ids.WELL_FORMED}$",
    ),
}

PATH_PARAMETERS: Mapping[str, dict[str, Any]] = {
    "id": _told("Id of the comment.", "0sapnxdg0dmmk000000007"),
    "thread": _told(
        "The website's name of the article, percent-encoded as one segment.",
        "doi-song/4711",
        minLength=1,
        maxLength=256,
    ),
    "site": _told("Id of the site.", "bao", pattern="^[a-z0-9-]{1,40}$"),
    "authors/key": _told("`author.key` of a comment, percent-encoded as one segment.", "u-1"),
    "keys/key": _told("Id of the key.", "4f1c2ab4d90e"),
    "hook": _told("Id of the webhook.", "wh_5f2b8c1d9e3a7046"),
    "delivery": _told("Id of the delivery.", "019a9c2f1e2b-0000-003"),
}
"""By name, or by the segment before it and the name where that means several things."""
