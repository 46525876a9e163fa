"""The demo register of residents: six people who do not exist, under ids of a district that does not exist (610199)."""

from typing import Literal

from msgspec import Struct


class Registered(Struct, frozen=True):
    """One entry. `note` is told on the demo page; it is a msgid."""

    name: str
    national_id: str
    note: str
    parents: tuple[str, ...] = ()
    is_alive: bool = True


def N_(message: str) -> str:  # noqa: N802  marks a text for the demo page's translation; nothing of the hall is imported
    return message


RESIDENTS = (
    Registered("王小明", "610199199006150010", N_("Everything is right: confirmed at once.")),
    Registered("李国强", "610199194110010031", N_("The father of 李秀英. His account has his name already.")),
    Registered("李秀英", "610199196603080029", N_("The daughter of 李国强."), parents=("610199194110010031",)),
    Registered("王乐乐", "610199201606010054", N_("A minor, of age on 1 June 2034."), parents=("610199199006150010",)),
    Registered("张桂兰", "610199193112120045", N_("Has died: not confirmed any more."), is_alive=False),
    Registered("张𠮷祥", "61019919580228007X", N_("Writes 𠮷 (U+20BB7), which only looks like 吉.")),
)


class Question(Struct, frozen=True, forbid_unknown_fields=True):
    """Do these belong together? The register compares character by character."""

    name: str
    national_id: str
    document: str | None = None


class Kinship(Struct, frozen=True, forbid_unknown_fields=True):
    """Is the one mother or father of the other? Both are national ids."""

    parent: str
    child: str


def match(asked: Question) -> dict[str, Literal["yes", "no", "deceased"]]:
    """Whether it is one living person. Of the dead it speaks only to whoever knows the name."""
    for one in RESIDENTS:
        if (one.name, one.national_id) == (asked.name, asked.national_id):
            return {"answer": "yes" if one.is_alive else "deceased"}
    return {"answer": "no"}


def is_parent(asked: Kinship) -> dict[str, Literal["yes", "no"]]:
    """Whether it knows so; of people it does not know it says no."""
    known = {one.national_id: one for one in RESIDENTS}
    return {"answer": "yes" if asked.child in known and asked.parent in known[asked.child].parents else "no"}
