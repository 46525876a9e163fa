"""How the outside world misbehaves: a plan says what happens to the next calls of one kind."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Wait = Annotated[int, Meta(ge=0, le=86_400_000)]


class Plan(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What happens to the next `times` calls. Times are in milliseconds.

    A charge has two sides that fail apart from one another: what the bank does with the money (`outcome`,
    `settle_after`) and what we hear of it (`answer`, `answer_after`, `notices`).
    """

    on: Literal[
        "charge",
        "query",
        "cancel",
        "sms",
        "mail",
        "register",
        "checkout",
        "card",
        "card_query",
        "card_cancel",
        "refund",
    ] = "charge"
    who: str | None = None  # only this agreement (or phone number, or national id); otherwise everybody
    times: Annotated[int, Meta(ge=1, le=1_000_000)] = 1

    outcome: Literal["yes", "no", "never"] = "yes"  # never: the request is lost before the bank has read it
    reason: str = "declined_by_bank"  # why, when the outcome is "no"
    settle_after: Wait = 0  # more than 0: "accepted" now, final after this time
    unseen_for: Wait = 0  # so long a query answers "never heard of it", although the request is on its way

    answer: Literal["plain", "drop", "error", "garbage", "huge", "redirect", "cut", "wrong"] = "plain"
    answer_after: Wait = 0  # the money is dealt with first, then the answer waits so long

    notices: Annotated[int, Meta(ge=0, le=10)] | None = None  # signed callbacks, each with its own id; by default one
    # when the charge settles later, none otherwise
    repeats: Annotated[int, Meta(ge=1, le=10)] = 1  # how often each notice is delivered, under the same id
    notice_first: bool = False  # the notice is delivered before the answer is sent


class Planned(Struct, frozen=True):
    """A plan that is still in force, and for how many more calls."""

    id: int
    left: int
    plan: Plan


PLAIN = Plan()
