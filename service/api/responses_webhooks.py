"""What the calls about webhooks are answered: the models behind the OpenAPI document."""

from typing import Literal

from pydantic import BaseModel, Field

from service.api.requests_webhooks import EventType
from service.api.responses import Time, described

_ID = "wh_5f2a9c0d1e3b4a67"
_DELIVERY = "019d3c51a7b2-0000-00a"


class Webhook(BaseModel):
    """A receiver of what happens on a site."""

    id: str = described("Names the webhook.", _ID)
    url: str = described("Where it is called.", "https://bao.example.vn/codau")
    types: list[EventType] = described("What it is told of.")
    active: bool = described("Whether anything is sent.", True)
    gone: bool = described("Whether it was switched off because the receiver answered 410.", False)
    created_at: Time = described("When it was set.")


class Webhooks(BaseModel):
    """All webhooks of a site."""

    webhooks: list[Webhook] = described("The oldest first.")


class WebhookWithSecret(Webhook):
    """A webhook with its secret, shown where it is made."""

    secret: str = described("Signs by the Standard Webhooks specification.", "whsec_…")


class Delivery(BaseModel):
    """One message to one webhook."""

    id: str = described("The header `webhook-id` of every attempt.", _DELIVERY)
    type: EventType | Literal["codau.test"] = described("What it tells.", "comment.published")
    comment_id: str | None = described("Of which comment; null for a test.", "0sapnxdg0dmmk000000007")
    version: int | None = described("Which version the step made; null for a test.", 3)
    state: Literal["waiting", "done", "dead"] = described("Where it stands.", "done")
    created_at: Time = described("When that happened.")
    attempts: int = Field(description="How many there were.", examples=[1], ge=0)
    last_attempt_at: Time | None = described("When the last one was; null before the first.")
    next_attempt_at: Time | None = described(
        "When it is due; null where it is over, is being sent, or waits for an earlier one of its comment."
    )
    status: int | None = described("The HTTP status of the last answer; null without one.", 200)
    error: (
        Literal[
            "status",
            "redirect",
            "timeout",
            "connection",
            "tls",
            "no_address",
            "not_public",
            "too_large",
            "no_comment",
            "expired",
        ]
        | None
    ) = described("Why the last attempt failed; null if it did not.", None)


class Deliveries(BaseModel):
    """One page of deliveries."""

    deliveries: list[Delivery] = described("The latest first.")
    next_cursor: str | None = described("For the next page; null at the end.", None)
