"""Webhooks as the API shows them."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct

from openhall.base.package import Told
from openhall.core.webhooks.rules import message_id
from openhall.core.webhooks.types import Attempt, Delivery, DeliveryState, Endpoint, EndpointState, Error, Why


class CreatedBody(Struct, frozen=True):
    """`secret` is the signing key (`whsec_` and base64). It is shown here and never again."""

    id: UUID
    secret: str


class EventBody(Struct, frozen=True):
    """A type of event, with its title in the language of the request."""

    type: str
    title: str


class EventsBody(Struct, frozen=True):
    """Everything that can be told."""

    events: list[EventBody]


class WebhookBody(Struct, frozen=True):
    """An endpoint. `why` says why the hall disabled it: `gone` (it answered 410) or `silent` (it took nothing).

    `heard_at` is when it last took a delivery. Until `old_key_until` each request carries two signatures.
    """

    id: UUID
    url: str
    events: list[str]
    state: EndpointState
    why: Why | None
    created_at: datetime
    heard_at: datetime | None
    old_key_until: datetime | None

    @staticmethod
    def of(found: Endpoint) -> "WebhookBody":
        return WebhookBody(
            found.id,
            found.url,
            found.events,
            found.state,
            found.why,
            found.created_at,
            found.heard_at,
            found.old_key_until,
        )


class WebhooksBody(Struct, frozen=True):
    """A resident's endpoints, oldest first."""

    webhooks: list[WebhookBody]


class DeliveryBody(Struct, frozen=True):
    """One event for one endpoint. `message` is its header `webhook-id`; `number` its place in `stream`, without gaps.

    `status` or `error` is what its latest attempt brought; both are null when that was cut short, or not made yet.
    `next_at` is when it is tried again.
    """

    id: UUID
    message: str
    type: str
    stream: str
    number: int
    state: DeliveryState
    attempts: int
    event_at: datetime
    next_at: datetime | None
    finished_at: datetime | None
    last_at: datetime | None
    status: int | None
    error: Error | None
    took_ms: int | None

    @staticmethod
    def of(found: Delivery) -> "DeliveryBody":
        return DeliveryBody(
            found.id,
            message_id(found.id),
            found.type,
            found.stream,
            found.number,
            found.state,
            found.attempts,
            found.event_at,
            found.next_at,
            found.finished_at,
            found.last_at,
            found.status,
            found.error,
            found.took_ms,
        )


class DeliveriesBody(Struct, frozen=True):
    """Deliveries, newest first. `next_cursor` asks for the older ones; null: these were the last."""

    deliveries: list[DeliveryBody]
    next_cursor: UUID | None


class LoggedBody(Struct, frozen=True):
    """A delivery with the JSON that is sent, and its attempts, newest first."""

    delivery: DeliveryBody
    body: str
    attempts: list[Attempt]


class ReplayedBody(Struct, frozen=True):
    """How many deliveries are sent again."""

    count: int


def listed(told: list[Told], titles: dict[str, str]) -> EventsBody:
    """Every type with its title in one language; `titles` translates msgids."""
    return EventsBody([EventBody(one.type, titles[one.title]) for one in told])
