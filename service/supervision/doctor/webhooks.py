"""Whether websites are told what happens to their comments."""

from collections.abc import Iterator

from service.supervision.doctor.facts import Endpoint, Facts, Seen

LATE_MS = 3_600_000
"""A receiver that is well takes a message within seconds; after an hour somebody should look."""


def switched_off(facts: Facts) -> Iterator[Seen]:
    """Receivers that said they are gone."""
    for endpoint in _endpoints(facts):
        if endpoint.gone:
            yield Seen(
                "warning",
                f"Webhook {endpoint.id} of {endpoint.site} answered 410 and was switched off.",
                f"codau webhook delete {endpoint.site} {endpoint.id}, or switch it on again: "
                f"PATCH /v1/sites/{endpoint.site}/webhooks/{endpoint.id}",
            )


def dead(facts: Facts) -> Iterator[Seen]:
    """Messages that were given up."""
    for endpoint in _endpoints(facts):
        if endpoint.dead:
            yield Seen(
                "warning",
                f"{endpoint.dead} messages to webhook {endpoint.id} of {endpoint.site} were given up.",
                f"mend its receiver, then codau dead-letters {endpoint.site} --retry",
            )


def waiting(facts: Facts) -> Iterator[Seen]:
    """Messages that nobody takes, to receivers that are switched on."""
    for endpoint in _endpoints(facts):
        if endpoint.active and endpoint.waiting.oldest_ms > LATE_MS:
            waited = f"the oldest for {endpoint.waiting.oldest_ms / 3_600_000:.1f} h"
            named = f"{endpoint.site} {endpoint.id}"
            yield Seen(
                "warning",
                f"{endpoint.waiting.length} messages wait for webhook {named}, {waited}.",
                f"codau deliveries {named} --state waiting says what its receiver answers",
            )


def _endpoints(facts: Facts) -> Iterator[Endpoint]:
    yield from facts.data.endpoints if facts.data else ()
