"""Real names: who a resident is, as the register of residents confirms it.

- Nobody is asked about a number that cannot be one, or a name with letters that only look right.
- A silent register is no answer: it is asked again for three days, and never taken for a no.
- One person has one account: the same national id has the same mark, and marks are unique.
- Whether an id is somebody's already is looked up only after the register confirmed the name.
- Names and numbers are sealed with a key that is not in the database, and shown masked.
- A name moves to another account only by a code to the phone of the one that has it, or when two operators say so.
"""

from openhall.core.people.names.actions.asking import ask, ask_due, is_parent
from openhall.core.people.names.actions.deciding import case_of, decide, open_cases, said_of
from openhall.core.people.names.actions.keys import KeyCount, Rekeyed, counts, missing, rekey
from openhall.core.people.names.actions.kin import account_of, adult_on, give_name, is_child_of, is_minor, person_in
from openhall.core.people.names.actions.reading import full_name, mine, of, reveal
from openhall.core.people.names.ports import Register, RegisterSilentError, register_of
from openhall.core.people.names.types import Case, Identity, Mine, Person, Said, Standing, State, Status, Verdict

__all__ = [
    "Case", "Identity", "KeyCount", "Mine", "Person", "Register", "RegisterSilentError", "Rekeyed", "Said", "Standing",
    "State", "Status", "Verdict", "account_of", "adult_on", "ask", "ask_due", "case_of", "counts", "decide",
    "full_name", "give_name", "is_child_of", "is_minor", "is_parent", "mine", "missing", "of", "open_cases",
    "person_in", "register_of", "rekey", "reveal", "said_of",
]  # fmt: skip
