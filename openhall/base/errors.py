"""The one error type: a code (the contract), a kind (the HTTP status) and data. Words are added only at the edge.

A package lists its refusals in `problems.py`:

    closed = define("merchants.shop_closed", Kind.REFUSED, N_("This shop is closed."), N_("Pay another way."))
    raise closed(shop=str(shop.id))
"""

from enum import Enum
from typing import Any

from msgspec import Struct

from openhall.base.i18n import N_


class Kind(Enum):
    """What sort of "no" it is; the value is the HTTP status."""

    INVALID = 400  # the request is malformed: mend it and send it again
    UNAUTHENTICATED = 401
    FORBIDDEN = 403
    NOT_FOUND = 404  # also for what belongs to somebody else
    METHOD = 405
    CONFLICT = 409  # the state of things does not allow it now
    TOO_LARGE = 413
    UNSUPPORTED = 415
    REFUSED = 422  # well-formed, understood, and decided: no
    LIMITED = 429
    INTERNAL = 500
    UNAVAILABLE = 503


class Problem(Exception):  # noqa: N818  "Problem" is the term of RFC 9457
    """A refusal on its way to the edge. `data` becomes extra members of the problem+json body: never personal data."""

    def __init__(self, definition: "Definition", data: dict[str, Any]) -> None:
        super().__init__(definition.code)
        self.definition = definition
        self.data = data

    @property
    def code(self) -> str:
        return self.definition.code

    @property
    def kind(self) -> Kind:
        return self.definition.kind


class Definition(Struct, frozen=True):
    """One code of the contract with its words (English msgids): what happened, and what to do next.

    `page` is where a person in a browser puts it right; they are sent there, and back afterwards. `person` is what
    they read on a page instead of title and remedy, where those speak to a program.
    """

    code: str
    kind: Kind
    title: str
    remedy: str
    page: str = ""
    person: tuple[str, str] | None = None

    def __call__(self, **data: Any) -> Problem:
        return Problem(self, data)


REGISTRY: dict[str, Definition] = {}


def define(
    code: str, kind: Kind, title: str, remedy: str, *, page: str = "", person: tuple[str, str] | None = None
) -> Definition:
    """Register one refusal. A code is defined once; the docs list them in the order of definition."""
    if code in REGISTRY:
        raise ValueError(f"problem code {code} is defined twice")
    REGISTRY[code] = Definition(code, kind, title, remedy, page, person)
    return REGISTRY[code]


# Refusals that any request may meet, in the order in which the edge checks for them.
not_found = define(
    "hall.not_found",
    Kind.NOT_FOUND,
    N_("There is nothing here."),
    N_("Check the address, or go back to the home page."),
)
method_not_allowed = define(
    "hall.method_not_allowed",
    Kind.METHOD,
    N_("This address cannot be used that way."),
    N_("See the API documentation."),
    person=(N_("There is nothing here."), N_("Check the address, or go back to the home page.")),
)
body_too_large = define(
    "hall.body_too_large", Kind.TOO_LARGE, N_("What you sent is too large."), N_("Send less at once.")
)
unsupported_type = define(
    "hall.unsupported_type",
    Kind.UNSUPPORTED,
    N_("This kind of content is not understood."),
    N_("Send JSON with the header Content-Type: application/json."),
)
malformed = define(
    "hall.malformed",
    Kind.INVALID,
    N_("What you sent could not be read."),
    N_("Correct the fields that are named and send it again."),
)
sign_in_required = define(
    "hall.sign_in_required", Kind.UNAUTHENTICATED, N_("Please sign in first."), N_("Sign in, and come back.")
)
csrf_failed = define(
    "hall.csrf_failed",
    Kind.FORBIDDEN,
    N_("This page was open for too long."),
    N_("Open the page again and repeat the last step."),
)
rate_limited = define(
    "hall.rate_limited", Kind.LIMITED, N_("That was tried too often."), N_("Wait a little, then try again.")
)
busy = define(
    "hall.busy",
    Kind.UNAVAILABLE,
    N_("The hall is very busy right now, and the outcome of your request is not known yet."),
    N_("Send the same request again with the same key: nothing is done twice."),
    person=(
        N_("The hall is very busy right now."),
        N_("Wait a moment, then open the page again and see how it stands. Nothing is done twice."),
    ),
)
internal = define(
    "hall.internal",
    Kind.INTERNAL,
    N_("Something went wrong on our side."),
    N_("Try again in a moment. If it stays, call the help line."),
)
