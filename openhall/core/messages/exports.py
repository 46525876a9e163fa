"""Messages in the copy of their data that residents take with them: in words, as they were read."""

from typing import Any

from openhall.base.config import Settings
from openhall.base.exporting import Row
from openhall.core.messages.wording import Voice, rendered


def words_of(row: Row, language: str, settings: Settings) -> Row:
    """A message with its title and body in the place of its template and facts."""
    said = rendered(row["texts"], row["facts"], language, Voice.of(settings))
    kept: dict[str, Any] = {name: value for name, value in row.items() if name not in ("texts", "facts")}
    return kept | {"title": said.title, "body": said.body}
