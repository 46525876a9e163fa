"""What `openhall check` proves of real names."""

from openhall.base import db
from openhall.base.package import Check

q = db.load("openhall.core.people.names")

CHECKS = (
    Check(
        "people.names_are_somebodys",
        "Whose name counts as matched has an identity, and the other way round.",
        q.check_names_are_somebodys,
    ),
    Check(
        "people.one_person_one_account",
        "One key tells all identities apart, and no mark is left without one.",
        q.check_one_person_one_account,
    ),
    Check(
        "people.names_have_a_trail",
        "Each identity came by a matched claim, and the trail says so.",
        q.check_names_have_a_trail,
    ),
    Check("people.claims_are_answered", "No claim is asked for longer than three days.", q.check_no_claim_is_forgotten),
    Check(
        "people.names_moved_by_two",
        "Operators move or keep a name only when two of them say so.",
        q.check_moves_by_operators_had_two,
    ),
    Check(
        "people.birthdays_are_wiped", "A birthday is forgotten once somebody came of age.", q.check_no_birthday_is_kept
    ),
)
