"""The words around messages that no template says: of a digest, a text message and a letter."""

from collections.abc import Sequence
from functools import cache

from openhall.base.i18n import N_, Translations
from openhall.core.messages.types import Rendered
from openhall.core.messages.wording import SHORT_LENGTH, Voice, clipped

_DIGEST = N_("{count} messages wait for you")
_TITLES = N_("{count} messages wait for you in the hall: {titles}")
_BETWEEN = N_("; ")
_HELP = N_("Questions? Call {help}. Every letter is also in your inbox in the hall.")


@cache
def words() -> Translations:
    """This package's own catalogue."""
    return Translations(["openhall.core.messages"])


def texted(short: str, language: str, voice: Voice) -> str:
    """A text message begins with who sends it, as gateways of that language write it."""
    name = voice.names[language]
    return f"【{name}】{short}" if language == "zh_CN" else f"{name}: {short}"


def digest(said: Sequence[Rendered], language: str) -> Rendered:
    """What was held back, in one message: how many, and their titles as far as there is room."""
    count = str(len(said))
    title = words().text(language, _DIGEST).replace("{count}", count)
    titles = words().text(language, _BETWEEN).join(one.title for one in said)
    whole = words().text(language, _TITLES).replace("{count}", count).replace("{titles}", titles)
    short = clipped(whole, SHORT_LENGTH)
    return Rendered(title, short, short)


def help_line(language: str, voice: Voice) -> str:
    """The last line of a letter."""
    return words().text(language, _HELP).replace("{help}", voice.help_phone)
