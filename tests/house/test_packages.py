"""Every domain package has one shape, so that one can guess where anything is."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

from openhall.base import migrate
from openhall.base.package import Package
from openhall.web.discover import modules, packages
from tests.house import source

FOLDERS = source.packages()
NAMES = [source.package_name(folder) for folder in FOLDERS]
# What every package has; what else a package may have at its top, by name. Modules of its own subject are free.
MUST = ("__init__.py", "types.py", "problems.py", "queries.sql", "package.py")
EITHER = (("actions.py", "actions"),)


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_package_has_the_files_of_its_shape(folder: Path) -> None:
    for name in MUST:
        assert (folder / name).is_file(), f"{folder.name} has no {name}"
    for one, other in EITHER:
        assert (folder / one).is_file() != (folder / other).is_dir(), f"{folder.name}: either {one} or {other}/"
    assert (folder / "migrations" / f"0001_{folder.name}.sql").is_file()
    if (folder / "templates").is_dir():
        assert [entry.name for entry in (folder / "templates").iterdir()] == [folder.name]
        assert (folder / "pages.py").is_file()


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_package_says_what_it_promises_and_names_what_it_offers(folder: Path) -> None:
    package = import_module(source.package_name(folder))
    assert "\n- " in (package.__doc__ or ""), f"{package.__name__} does not list what always holds"
    missing = [name for name in package.__all__ if not hasattr(package, name)]
    assert not missing, f"{package.__name__} offers {missing}, which it does not have"


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_others_use_only_what_a_package_offers(folder: Path) -> None:
    """From outside a package, `ledger.post`, never `ledger.posting`: its modules may then change freely."""
    name = source.package_name(folder)
    # A folder with names of its own to offer is a package within the package: payments.codes.
    inner = {path.parent.name for path in folder.glob("*/__init__.py") if "__all__" in path.read_text("utf-8")}
    offered = set(import_module(name).__all__) | inner | {"package"}
    wrong = []
    for module in source.modules():
        if module.package == name or module.floor in ("demo", "bench"):
            continue
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and node.module == name:
                hidden = {alias.name for alias in node.names} - offered
                wrong += [f"{module.at(node.lineno)} imports {found}" for found in hidden]
            elif (
                isinstance(node, ast.Attribute)
                and ast.unparse(node.value) == folder.name
                and _imports(module, name)
                and node.attr not in offered
            ):
                wrong.append(f"{module.at(node.lineno)} uses {folder.name}.{node.attr}")
    assert not wrong, "\n".join(wrong)


def _imports(module: source.Module, name: str) -> bool:
    return any(found == name for found, _ in module.imports())


@pytest.mark.parametrize("folder", FOLDERS, ids=NAMES)
def test_a_package_describes_itself(folder: Path) -> None:
    descriptor = import_module(f"{source.package_name(folder)}.package").PACKAGE
    assert isinstance(descriptor, Package)
    assert (descriptor.name, descriptor.module) == (folder.name, source.package_name(folder))
    assert descriptor in packages(demo=False), "the hall does not know it"
    assert descriptor.checks, "a package without a promise that `openhall check` can prove"
    for check in descriptor.checks:
        assert check.name.startswith(f"{folder.name}."), check.name
        assert not check.query.parameters, f"{check.name} takes parameters"
        assert re.search(r"\blimit \d+\s*$", check.query.source), f"{check.name} may return without bound"


def test_names_of_problems_and_checks_are_their_packages_own() -> None:
    for folder in FOLDERS:
        text = (folder / "problems.py").read_text(encoding="utf-8")
        codes = re.findall(r'define\(\s*"(\w+)\.\w+"', text)
        assert codes, f"{folder.name} refuses nothing"
        assert set(codes) == {folder.name}, f"{folder.name}/problems.py defines {set(codes)}"


def test_migrations_are_numbered_without_a_gap() -> None:
    known = migrate.known(modules(demo=True))
    assert next(migration.number for migration in known if migration.package == "openhall.base") == 1
    assert len({(migration.package, migration.number) for migration in known}) == len(known)


def test_the_demo_city_is_no_part_of_a_real_hall() -> None:
    real = {package.name for package in packages(demo=False)}
    assert {package.name for package in packages(demo=True)} - real == {"demo"}
