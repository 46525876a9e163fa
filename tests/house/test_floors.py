"""Imports go down only, and each kind of work has its place."""

import ast

from openhall.web.discover import CORE
from tests.house.source import FLOORS, ROOT, below, modules, packages

# What may be imported on each floor; what is not listed may import everything.
BELOW = {
    "base": ("openhall.base",),
    "core": ("openhall.base", "openhall.core"),
    "city": ("openhall.base", "openhall.core"),
}
# Words that api.py and pages.py share with the web floor, to which they belong.
EDGE = ("openhall.web.edge", "openhall.web.render", "openhall.web.problems")
# Whoever begins a transaction or makes a pool: the edge, jobs, batches, and the programs.
OPENERS = {
    "openhall.base.batch": "settles a batch in one transaction",
    "openhall.base.checks": "asks the promises on one snapshot",
    "openhall.base.db": "defines the pool",
    "openhall.base.housekeeping": "a job of the base",
    "openhall.base.jobs": "gives a worker its pool",
    "openhall.base.limits": "a count must stand even when the request is refused",
    "openhall.base.live": "a stream outlives the transaction of its request",
    "openhall.base.migrate": "migrates, one transaction a file",
    "openhall.core.payments.teller": "looks up the order that a code names, and who types a PIN, before the batch",
    "openhall.core.people.passkeys.joining": "commits the question, which no transaction may wait for",
    "openhall.core.cards.actions.settle": "calls the card processor between two transactions",
    "openhall.core.cards.actions.giving_back": "calls the card processor between two transactions",
    "openhall.core.people.passkeys.ceremonies": "reads, before a message leaves that no transaction may wait for",
    "openhall.core.people.actions.entrance": "a wrong code must be counted even though the sign-in is refused",
    "openhall.core.people.pins.actions": "a guess is counted and committed before it is looked at",
    "openhall.core.people.names.actions.asking": "puts a claim down, asks the register, and writes what it said",
    "openhall.core.people.names.actions.kin": "reads a parent's name before the register is asked",
    "openhall.core.families.actions.children": "asks the register, and writes what it said",
    "openhall.core.families.actions.counter": "asks the register about somebody without a phone, and writes their name",
    "openhall.core.rails.actions.settle": "writes before the call to the bank and again after it",
    "openhall.core.payouts.actions.exchange": "a file appears between two transactions, and goes after one",
    "openhall.core.webhooks.actions.deliver": "calls a receiver, and writes what came of it",
    "openhall.core.messages.actions.deliver": "makes a call, and writes what came of it",
    "openhall.core.people.actions.messages": "claims a message, sends it, and writes that it was sent",
}


def test_imports_go_down_only() -> None:
    wrong = []
    for module in modules():
        if module.floor not in BELOW:
            continue
        allowed = BELOW[module.floor] + (EDGE if module.is_edge else ()) + (module.package,)
        for name, line in module.imports():
            if below(name, "openhall") and name != "openhall" and not any(below(name, floor) for floor in allowed):
                wrong.append(f"{module.at(line)} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_siblings_in_the_city_do_not_know_one_another() -> None:
    wrong = [
        f"{module.at(line)} imports {name}"
        for module in modules()
        if module.floor == "city"
        for name, line in module.imports()
        if below(name, "openhall.city") and name != "openhall.city" and not below(name, module.package)
    ]
    assert not wrong, "\n".join(wrong)


def test_core_packages_stand_on_earlier_ones() -> None:
    assert {folder.name for folder in packages() if folder.parent.name == "core"} == set(CORE)
    wrong = []
    for module in modules():
        if module.floor != "core" or module.package == "openhall.core":
            continue
        later = CORE[CORE.index(module.package.rpartition(".")[2]) + 1 :]
        for name, line in module.imports():
            if any(below(name, f"openhall.core.{package}") for package in later):
                wrong.append(f"{module.at(line)} imports {name}")
    assert not wrong, "\n".join(wrong)


def test_the_vocabulary_of_the_edge_knows_no_domain() -> None:
    for module in modules():
        if module.name in EDGE:
            for name, line in module.imports():
                assert not below(name, "openhall.core"), f"{module.at(line)} imports {name}"
                assert not below(name, "openhall.city"), f"{module.at(line)} imports {name}"


def test_only_the_edge_knows_litestar() -> None:
    wrong = [
        f"{module.at(line)} imports {name}"
        for module in modules()
        if not module.is_edge and module.floor not in ("demo", "cli", "bench")
        for name, line in module.imports()
        if below(name, "litestar")
    ]
    assert not wrong, "\n".join(wrong)


def test_only_the_edge_jobs_and_batches_open_transactions() -> None:
    opened, wrong = set(), []
    for module in modules():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and _opens(node):
                if module.floor not in FLOORS or module.is_edge or module.path.name == "jobs.py":
                    continue
                opened.add(module.name)
                if module.name not in OPENERS:
                    wrong.append(f"{module.at(node.lineno)} opens a transaction")
    assert not wrong, "\n".join(wrong)


def _opens(call: ast.Call) -> bool:
    """pool.write(), pool.read(), self._pool.pipelined(), Pool(...), AsyncConnection.connect(...)"""
    if not isinstance(call.func, ast.Attribute):
        return isinstance(call.func, ast.Name) and call.func.id == "Pool"
    owner = ast.unparse(call.func.value).rpartition(".")[2].lstrip("_")
    if call.func.attr in ("read", "write", "pipelined"):
        return owner == "pool"
    return call.func.attr == "Pool" or (call.func.attr == "connect" and "Connection" in owner)


def test_every_listed_opener_still_opens() -> None:
    names = {module.name: module for module in modules()}
    for name in OPENERS:
        assert name in names, f"{name} is gone: take it off the list"
        calls = (node for node in ast.walk(names[name].tree) if isinstance(node, ast.Call))
        assert name == "openhall.base.db" or any(_opens(call) for call in calls), f"{name} opens nothing any more"


def test_the_project_has_the_floors_of_its_map() -> None:
    found = {path.name for path in (ROOT / "openhall").iterdir() if (path / "__init__.py").exists()}
    assert found == {"base", "core", "city", "web", "cli", "demo", "bench"}
