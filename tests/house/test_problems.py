"""Each refusal has one code, is really used, and speaks to people."""

import ast
import re

import pytest

from openhall.base.errors import REGISTRY
from openhall.core import ledger
from tests.house.source import modules
from tests.house.the_app import app

CODE = re.compile(r"^[a-z]+\.[a-z_]+$")


def definitions() -> dict[str, str]:
    """Each code that is written out, with the name that holds its definition."""
    found = {}
    for module in modules():
        for node in module.tree.body:
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Call)
                and ast.unparse(node.value.func).rpartition(".")[2] == "define"
            ):
                found[ast.literal_eval(node.value.args[0])] = ast.unparse(node.targets[0])
    return found


def codes() -> list[str]:
    """Every code of the demo hall."""
    app()
    return list(REGISTRY)


def test_every_code_of_the_source_is_known_to_the_hall() -> None:
    """The ledger defines one code for each refusal of a transfer, from its table of precedence."""
    written = set(definitions())
    assert written <= set(codes())
    made = {f"ledger.{refusal}" for refusal in ledger.Code if not refusal.ok}
    assert set(codes()) - written == made - written


def test_every_code_is_used() -> None:
    names = {
        node.id if isinstance(node, ast.Name) else node.attr
        for module in modules()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load)
    }
    unused = {code for code, name in definitions().items() if name not in names}
    assert not unused, f"nobody refuses with {sorted(unused)}"


@pytest.mark.parametrize("code", codes())
def test_a_refusal_says_what_happened_and_what_to_do(code: str) -> None:
    assert CODE.match(code)
    problem = REGISTRY[code]
    for text in (problem.title, problem.remedy):
        assert text[0].isupper(), text
        assert text.endswith("."), text
        assert len(text) <= 120, "short enough for a phone"
    assert problem.title != problem.remedy


def test_codes_that_handlers_promise_exist() -> None:
    """`payments.own_shop` in a docstring must be a code, for it is drawn as a link at /docs."""
    packages = {code.partition(".")[0] for code in REGISTRY}
    for module in modules():
        if module.path.name == "api.py":
            for code in re.findall(r"`([a-z]+\.[a-z_]+)`", module.text):
                if code.partition(".")[0] in packages and not code.startswith("payment."):
                    assert code in REGISTRY, f"{module.name} promises {code}"
