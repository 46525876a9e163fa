"""The words around messages that no template says: of a digest, a text message and a letter."""

from collections import Counter
from collections.abc import Sequence
from functools import cache

from openhall.base.i18n import N_, Translations
from openhall.core.messages.types import Rendered
from openhall.core.messages.wording import SHORT_LENGTH, Voice, clipped

_DIGEST = N_("{count} messages wait for you")
_TITLES = N_("{count} messages wait for you in the hall: {titles}")
_BETWEEN = N_("; ")
_MORE = N_("and {count} more")
_TIMES = N_("{count} times in the last hour: {short}")
_HELP = N_("Questions? Call {help}. Every letter is also in your inbox in the hall.")
# Longer titles share the room of a digest.
_ONE_TITLE = 60


@cache
def words() -> Translations:
    """This package's own catalogue."""
    return Translations(["openhall.core.messages"])


def texted(short: str, language: str, voice: Voice) -> str:
    """A text message begins with who sends it, as gateways of that language write it."""
    name = voice.names[language]
    return f"【{name}】{short}" if language == "zh_CN" else f"{name}: {short}"


def digest(said: Sequence[Rendered], language: str) -> Rendered:
    """What was held back, in one message: how many, and their titles as far as there is room.

    `said` comes with what matters most first; the same title is said once. What has no room is counted, not cut.
    """
    say = words().text
    count, between = str(len(said)), say(language, _BETWEEN)
    titles = Counter(clipped(one.title, _ONE_TITLE) for one in said)
    whole = ""
    for shown in range(len(titles), 0, -1):
        left = sum(list(titles.values())[shown:])
        more = [say(language, _MORE).replace("{count}", str(left))] if left else []
        joined = between.join([*list(titles)[:shown], *more])
        whole = say(language, _TITLES).replace("{count}", count).replace("{titles}", joined)
        if len(whole) <= SHORT_LENGTH:
            break
    short = clipped(whole, SHORT_LENGTH)
    return Rendered(say(language, _DIGEST).replace("{count}", count), short, short)


def folded(said: Sequence[Rendered], language: str) -> Rendered:
    """Alarms of one kind that came too fast, newest first: the newest, and how many they were."""
    newest, count = said[0], str(len(said))
    short = words().text(language, _TIMES).replace("{count}", count).replace("{short}", newest.short)
    return Rendered(newest.title, short, clipped(short, SHORT_LENGTH))


def help_line(language: str, voice: Voice) -> str:
    """The last line of a letter."""
    return words().text(language, _HELP).replace("{help}", voice.help_phone)
