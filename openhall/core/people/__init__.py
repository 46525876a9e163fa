"""People: residents, how they sign in, and from which devices.

Invariants, kept by the database and proved by `openhall check`:
- a phone belongs to at most one resident, and every resident has exactly one wallet, made when they joined;
- a phone has at most one live code; a code grants five tries and five minutes, and works once;
- neither codes nor tokens are stored, only their hashes; the text of a message is wiped once it is sent or useless;
- a session belongs to one resident for good, and an ended or expired one never works again;
- the audit trail is append-only.

`passkeys` and `recovery` are parts of it with statements and invariants of their own.
"""

from openhall.core.people.actions.assurance import is_fresh, require_fresh, require_level, require_name
from openhall.core.people.actions.closing import (
    erase,
    free_number,
    hold_to_shut,
    is_resting,
    note_reopen_asked,
    open_again,
    shut,
    stay_open,
)
from openhall.core.people.actions.entrance import enter, send_code
from openhall.core.people.actions.following import Change, follow
from openhall.core.people.actions.history import NewResident, import_residents
from openhall.core.people.actions.news import notify
from openhall.core.people.actions.operators import (
    add_operator,
    is_operator,
    operators,
    remove_operator,
    require_operator,
    require_operator_at,
)
from openhall.core.people.actions.residents import (
    called,
    find_or_join,
    join_without_phone,
    name_matched,
    prefer,
    rename,
    resident,
    resident_with,
    signs_in,
    vouched,
)
from openhall.core.people.actions.sessions import (
    ask_bearers,
    begin,
    end_session,
    is_unseen,
    see,
    sessions_of,
    sign_out,
    sign_out_everywhere,
    visit_of,
    when_sessions_end,
)
from openhall.core.people.actions.telling import tell, use_teller
from openhall.core.people.problems import phone_invalid, session_invalid
from openhall.core.people.rules import address, code_in, is_from_abroad, masked, phone, spaced, token_hash
from openhall.core.people.types import (
    Bearer,
    CodeSent,
    Lang,
    Level,
    Mode,
    Preferences,
    Resident,
    Session,
    SessionKind,
    SignedIn,
    Theme,
    Visit,
    Way,
)

# The cookie that carries the token of a page session.
COOKIE = "openhall_session"

__all__ = [
    "COOKIE", "Bearer", "Change", "CodeSent", "Lang", "Level", "Mode", "NewResident", "Preferences", "Resident",
    "Session", "SessionKind", "SignedIn", "Theme", "Visit", "Way", "add_operator", "address", "ask_bearers",
    "begin", "called", "code_in", "end_session", "enter", "erase", "find_or_join", "follow", "free_number",
    "hold_to_shut", "import_residents", "is_fresh", "is_from_abroad", "is_operator", "is_resting", "is_unseen",
    "join_without_phone", "masked", "name_matched", "note_reopen_asked", "notify", "open_again", "operators",
    "phone", "phone_invalid", "prefer", "remove_operator", "rename", "require_fresh", "require_level",
    "require_name", "require_operator", "require_operator_at", "resident", "resident_with", "see", "send_code",
    "session_invalid", "sessions_of", "shut", "sign_out", "sign_out_everywhere", "signs_in", "spaced", "stay_open",
    "tell", "token_hash", "use_teller", "visit_of", "vouched", "when_sessions_end",
]  # fmt: skip
