"""Every template of the hall is declared, has a code of its own, and says enough in both languages."""

import re
import sys

import pytest

from openhall.base.telling import Template
from openhall.core.messages.types import Category
from openhall.core.messages.wording import places, worded
from openhall.web.discover import packages

DECLARED = [(package, template) for package in packages(demo=True) for template in package.messages]


def test_every_template_is_declared_by_its_package() -> None:
    ours = [module for name, module in sys.modules.items() if name.startswith("openhall.")]
    found = {one.code for module in ours for one in vars(module).values() if isinstance(one, Template)}
    assert found == {template.code for _, template in DECLARED}
    codes = [template.code for _, template in DECLARED]
    assert len(codes) == len(set(codes)) >= 7


@pytest.mark.parametrize(("package", "template"), DECLARED, ids=[template.code for _, template in DECLARED])
def test_a_template_is_whole(package: object, template: Template) -> None:
    assert template.code.partition(".")[0] == package.name  # type: ignore[attr-defined]
    assert template.module == package.module  # type: ignore[attr-defined]
    assert template.category in list(Category)
    assert template.version >= 1
    texts = worded(template).texts
    for name, text in texts["en"].items():
        chinese = texts["zh_CN"][name]
        assert re.search(r"[\u4e00-\u9fff]", chinese), f"{template.code} {name} is not Chinese"
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", chinese))
    assert "http" not in template.short, "no links in a text message"
    assert len(texts["zh_CN"]["short"]) <= 70
    assert not template.link or set(re.findall(r"\{(\w+)\}", template.link)) <= places(template)


# What must be known and may still wait for the morning: money that came back, and what leaves nobody with less.
MAY_WAIT = {
    "cards.not_returned",
    "families.ended",
    "families.proposed",
    "families.suspended",
    "payouts.given_back",
    "payouts.not_arrived",
    "payouts.stopped",
    "payouts.wallet_given_back",
    "payouts.wallet_not_arrived",
    "payouts.wallet_stopped",
    "people.name_answered",
    "people.name_decided",
    "webhooks.gone",
    "webhooks.silent",
}


def test_what_must_be_known_about_ones_money_or_safety_waits_for_no_morning() -> None:
    held = {one.code for _, one in DECLARED if one.category == "must" and not one.safety}
    assert held == MAY_WAIT
