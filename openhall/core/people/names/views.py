"""What the API and the pages both make of a resident's own name."""

from enum import StrEnum

from openhall.core.people.names import problems
from openhall.core.people.names.types import Mine, Reason, State


class NameState(StrEnum):
    """Where a resident stands with their name."""

    NONE = "none"
    ASKING = "asking"
    MATCHED = "matched"
    REFUSED = "refused"
    CONFLICT = "conflict"
    GIVEN_UP = "given_up"
    KEPT = "kept"
    MOVED = "moved"


def state_of(mine: Mine) -> NameState:
    """The state to be shown: an identity speaks louder than any claim."""
    if mine.identity is not None:
        return NameState.MATCHED
    if mine.claim is None:
        return NameState.NONE
    if mine.claim.reason is Reason.KEPT:
        return NameState.KEPT
    # What was matched and is no longer here belongs to another account by now.
    return NameState.MOVED if mine.claim.state is State.MATCHED else NameState(mine.claim.state.value)


def outcome(state: State) -> None:
    """The refusal that an answer of the register means; it is written down by now, and so may be raised."""
    if state is State.REFUSED:
        raise problems.name_not_matched()
    if state is State.CONFLICT:
        raise problems.identity_taken()
