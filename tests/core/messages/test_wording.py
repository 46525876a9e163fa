"""From facts to words: what was told stays as it was told, and facts are never more than text."""

import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

import openhall.core.messages
from openhall.base.telling import Sum, Word
from openhall.core.messages import wording
from openhall.core.messages.letters import wrapped
from openhall.core.messages.wording import Voice, clipped, kept, plain, rendered, worded
from tests.core.messages.stage import THING, Stage, template

VOICE = Voice({"en": "The Hall", "zh_CN": "大厅"}, "12345", "Asia/Shanghai")


def said(what: object, language: str = "en", title: str = "About {thing}") -> str:
    one = template(title=title)
    return rendered(worded(one).texts, kept(one, {"thing": what}), language, VOICE).title  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("fact", "english", "chinese"),
    [
        (Sum(350, "CNY"), "¥3.50", "¥3.50"),
        (datetime(2030, 1, 1, 17, 5, tzinfo=UTC), "2 Jan 2030, 01:05", "2030年1月2日 01:05"),
        (Word(en="cashier", zh_CN="收银员"), "cashier", "收银员"),
        (7, "7", "7"),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000001"),
        ("𠮷野家 🍚", "𠮷野家 🍚", "𠮷野家 🍚"),
        ("<b>{help}</b> &amp; %s", "<b>{help}</b> &amp; %s", "<b>{help}</b> &amp; %s"),
        ("two\nlines\x00\x1b[31m", "two lines [31m", "two lines [31m"),
        ("\u202eevil\u202c\u2066x\u2069", "evilx", "evilx"),
        ("\ud83d", "?", "?"),
    ],
)
def test_a_fact_is_said_in_the_language_of_the_reader(fact: object, english: str, chinese: str) -> None:
    assert said(fact, title="{thing}") == english
    assert said(fact, "zh_CN", title="{thing}") == chinese


@pytest.mark.parametrize("name", ["مقهى السلام", "קפה", "ئۇيغۇر ئاشخانىسى"])
def test_a_right_to_left_name_keeps_to_its_place(name: str) -> None:
    assert said(name, title="{thing} (2) opened") == f"\u2068{name}\u2069 (2) opened"


def test_the_hall_speaks_of_itself_by_its_own_name() -> None:
    one = template(title="{hall} {help}", body="", short="")
    texts = worded(one).texts
    assert rendered(texts, {}, "zh_CN", VOICE).title == "大厅 12345"
    assert rendered(texts, {"hall": "Thieves", "help": "999"}, "en", VOICE).title == "The Hall 12345"


def test_old_words_with_a_place_that_nobody_fills_are_still_read() -> None:
    texts = {"en": {"title": "{gone} {thing}", "body": "", "short": ""}}
    assert rendered(texts, {"thing": "Tea"}, "en", VOICE).title == "{gone} Tea"


def test_long_facts_and_titles_are_cut_where_no_character_breaks() -> None:
    assert len(plain("长" * 5_000)) == 200
    assert len(said("长" * 5_000, title="{thing}{thing}")) == 160
    family = "👨\u200d👩\u200d👧"
    assert clipped("a" * 5 + family, 8) == "aaaaa…"
    assert clipped("a" * 6 + "e\u0301\u0301\u0301", 9) == "aaaaaa…"
    assert clipped("short", 5) == "short"


def test_another_wording_is_another_row_and_the_same_is_the_same() -> None:
    assert worded(THING).id == worded(template()).id
    others = {worded(template(title="On {thing}")).id, worded(template(version=2)).id, worded(template("must")).id}
    assert len(others | {worded(THING).id}) == 4


def test_only_known_characters_make_a_link() -> None:
    one = template(link="/shops/{thing}")
    assert wording.link_of(one, {"thing": UUID(int=1)}) == "/shops/00000000-0000-0000-0000-000000000001"
    assert wording.link_of(THING, {"thing": 1}) is None


@pytest.mark.anyio
async def test_a_later_version_never_changes_what_was_told(stage: Stage) -> None:
    """Nor does a package that no longer has the template, for nobody asks it."""
    first = await stage.tell(template(code="tests.gone", title="Old words for {thing}"))
    second = await stage.tell(template(code="tests.gone", version=2, title="New words for {thing}"))
    listed = (await stage.api("GET", "/messages")).json()["messages"]
    assert [(one["id"], one["version"], one["title"]) for one in listed] == [
        (str(second), 2, "New words for Tea"),
        (str(first), 1, "Old words for Tea"),
    ]


@pytest.mark.anyio
@pytest.mark.parametrize("link", ["//evil.example", "https://evil.example", "/\\evil.example", "/a b", "javascript:1"])
async def test_a_link_leads_into_the_hall_or_the_message_is_not_told(stage: Stage, link: str) -> None:
    with pytest.raises(Exception, match="link_is_inside"):
        await stage.tell(template(link=link))


def test_the_pages_write_facts_as_text() -> None:
    """Templates escape by themselves; nobody may tell them that a message is HTML."""
    folder = Path(openhall.core.messages.__file__).parent
    sources = [path.read_text("utf-8") for path in (*folder.rglob("*.html"), *folder.rglob("*.py"))]
    assert not [found for source in sources for found in re.findall(r"\|\s*safe|Markup", source)]


def test_a_letter_is_broken_by_columns_and_not_by_characters() -> None:
    rare = "\U00020bb7" * 80  # two columns each, and none of the characters between which a line is broken
    lines = wrapped(f"{rare} end")
    assert [sum(2 if ord(letter) > 0x2000 else 1 for letter in line) for line in lines] == [72, 72, 20]
    assert "".join(lines) == f"{rare} end"
