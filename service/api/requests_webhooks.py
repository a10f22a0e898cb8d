"""What the calls about webhooks take."""

from typing import Annotated, Literal

from pydantic import Field

from service.api.fields import Request, Text

EventType = Literal[
    "comment.pending", "comment.published", "comment.rejected", "comment.updated", "comment.erased"
]
"""As in `service.store.webhooks.TYPES`."""

Url = Annotated[
    Text,
    Field(
        min_length=1,
        max_length=2_000,
        description="Where to call: http or https, a public address, no user name.",
        examples=["https://bao.example.vn/codau"],
    ),
]
Types = Annotated[
    list[EventType] | None,
    Field(min_length=1, max_length=20, description="What to tell; null for all types."),
]


class NewWebhook(Request):
    """A receiver of what happens on a site."""

    url: Url
    types: Types = None


class WebhookChange(Request):
    """What shall be otherwise; what is left out stays."""

    url: Annotated[Url | None, Field(description="Where to call from now on.")] = None
    types: Annotated[Types, Field(description="What to tell from now on; null for all types.")] = None
    active: Annotated[
        bool | None, Field(strict=True, description="False: nothing is sent and nothing is collected.")
    ] = None


class DeliveriesQuery(Request):
    state: Annotated[
        Literal["waiting", "done", "dead"],
        Field(description="What waits for its next attempt, what was delivered, or what was given up."),
    ] = "waiting"
    limit: Annotated[int, Field(ge=1, le=200, description="Deliveries on one page.")] = 50
    cursor: Annotated[str | None, Field(description="`next_cursor` of the page before.")] = None
