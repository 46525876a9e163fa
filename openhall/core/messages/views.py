"""Messages as the API and the pages show them."""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct, field

from openhall.core.messages import wording
from openhall.core.messages.types import (
    Category,
    Channel,
    Fate,
    Message,
    Preferences,
    Quiet,
    State,
    Subscription,
)
from openhall.core.messages.wording import Voice

Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="HH:MM in the hall's zone.")]


class MessageBody(Struct, frozen=True):
    """A message in the language of the request. `template` and `version` name its words, `link` a page of the hall.

    `subject_id` is whom it is about; null: you. After `expires_at` it is no longer true.
    """

    id: UUID
    template: str
    version: int
    category: Category
    title: str
    body: str
    link: str | None
    subject_id: UUID | None
    told_at: datetime
    expires_at: datetime | None
    read_at: datetime | None

    @staticmethod
    def of(found: Message, language: str, voice: Voice) -> "MessageBody":
        said = wording.rendered(found.texts, found.facts, language, voice)
        return MessageBody(
            found.id,
            found.code,
            found.version,
            found.category,
            said.title,
            said.body,
            found.link,
            None if found.subject == found.recipient else found.subject,
            found.told_at,
            found.expires_at,
            found.read_at,
        )


class MessagesBody(Struct, frozen=True):
    """Messages, newest first. `next_cursor` is the `before` of the older ones; null: these were the last.

    `unread` counts all that wait to be read; 100 stands for any larger number.
    """

    messages: list[MessageBody]
    unread: int
    next_cursor: UUID | None


class FateBody(Struct, frozen=True):
    """Something that happened to a message on a channel (`inbox`, `sms`, `push`, `letter`), and why."""

    channel: str
    state: State
    why: str | None
    at: datetime


class ToldBody(Struct, frozen=True):
    """A message with its way."""

    message: MessageBody
    states: list[FateBody]

    @staticmethod
    def of(found: Message, fates: Sequence[Fate], language: str, voice: Voice) -> "ToldBody":
        shown = [FateBody(fate.channel, fate.state, fate.why, fate.at) for fate in fates]
        return ToldBody(MessageBody.of(found, language, voice), shown)


class ReadBody(Struct, frozen=True):
    """How many messages were unread until now."""

    read: int


class ChannelsBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Which channels carry messages of a category, besides the inbox."""

    sms: bool
    push: bool
    letter: bool


class CategoriesBody(Struct, frozen=True, forbid_unknown_fields=True):
    """Channels by category. Of `must` only `letter` may be chosen."""

    must: ChannelsBody
    case: ChannelsBody
    reminder: ChannelsBody
    news: ChannelsBody


class QuietBody(Struct, frozen=True, forbid_unknown_fields=True):
    """A span of the day in which nobody rings you, but for your safety."""

    start: Clock = field(name="from")
    end: Clock = field(name="to")

    @staticmethod
    def of(quiet: Quiet | None) -> "QuietBody | None":
        return None if quiet is None else QuietBody(f"{quiet.start:%H:%M}", f"{quiet.end:%H:%M}")

    @property
    def span(self) -> Quiet:
        return Quiet(time.fromisoformat(self.start), time.fromisoformat(self.end))


class PreferencesBody(Struct, frozen=True, forbid_unknown_fields=True):
    """What you want. `quiet` null: you may be rung at any hour. `letter_to` is the name and address for letters."""

    channels: CategoriesBody
    quiet: QuietBody | None
    letter_to: Annotated[str, Meta(max_length=1000)] | None

    @staticmethod
    def of(found: Preferences) -> "PreferencesBody":
        shown = {
            category.value: ChannelsBody(**{channel.value: on for channel, on in channels.items()})
            for category, channels in found.wanted.items()
        }
        return PreferencesBody(CategoriesBody(**shown), QuietBody.of(found.quiet), found.letter_to)

    @property
    def wish(self) -> Preferences:
        wanted = {
            category: {channel: bool(getattr(getattr(self.channels, category), channel)) for channel in Channel}
            for category in Category
        }
        return Preferences(wanted, None if self.quiet is None else self.quiet.span, self.letter_to)


class ChosenBody(Struct, frozen=True):
    """What you want, and the key with which a browser subscribes (applicationServerKey)."""

    preferences: PreferencesBody
    push_key: str


class SubscriptionBody(Struct, frozen=True):
    """A browser that is rung."""

    id: UUID
    device: str
    made_at: datetime

    @staticmethod
    def of(found: Subscription) -> "SubscriptionBody":
        return SubscriptionBody(found.id, found.device, found.made_at)


class SubscriptionsBody(Struct, frozen=True):
    """Your browsers, oldest first."""

    subscriptions: list[SubscriptionBody]


class KeysBody(Struct, frozen=True):
    """The browser's keys, as `PushSubscription.toJSON()` writes them."""

    p256dh: Annotated[str, Meta(max_length=200)]
    auth: Annotated[str, Meta(max_length=100)]
