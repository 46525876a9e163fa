"""Messages: what the hall tells its residents, in an inbox of their own, and over the channels they want.

Invariants, kept by the database and proved by `openhall check`:
- a message is in exactly one inbox, its recipient's, from the transaction on in which it was told;
- what was told never changes: not its words (a later version is another row), its facts, nor what happened to it;
- what a resident must know cannot be turned off;
- nothing waits beyond its end, and nothing leaves the hall for somebody who left it;
- facts are plain text: they open no place, begin no line, and reorder nothing around them;
- a browser is rung only while the session lives in which it was subscribed, and only at addresses of the internet.
"""

from openhall.core.messages.actions.inbox import fates, inbox, message, read, read_all, unread
from openhall.core.messages.actions.preferences import prefer, preferences, send_letters_to
from openhall.core.messages.actions.subscriptions import subscribe, subscriptions, unsubscribe, unsubscribe_browser
from openhall.core.messages.actions.tell import tell, tell_all
from openhall.core.messages.types import Category, Channel, Fate, Message, Preferences, Quiet, State, Telling
from openhall.core.messages.wording import MissingFactError

__all__ = [
    "Category", "Channel", "Fate", "Message", "MissingFactError", "Preferences", "Quiet", "State", "Telling", "fates",
    "inbox", "message", "prefer", "preferences", "read", "read_all", "send_letters_to", "subscribe", "subscriptions",
    "tell", "tell_all", "unread", "unsubscribe", "unsubscribe_browser",
]  # fmt: skip
