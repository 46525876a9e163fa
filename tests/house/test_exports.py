"""Whatever a package keeps about a resident goes into the copy they take with them, or the package says why not."""

import re

import pytest

from openhall.base import db
from openhall.base.package import Package
from openhall.web.discover import packages

REAL = packages(demo=False)
# Columns that name a resident without a reference to them, or by their number.
NAMING = (
    "resident", "owner", "payer", "sender", "receiver", "recipient", "sponsor", "inviter", "manager", "made_by",
    "phone", "to_phone",
)  # fmt: skip
TABLES = b"""
select distinct c.table_schema || '.' || c.table_name
  from information_schema.columns c
  join information_schema.tables t using (table_schema, table_name)
 where t.table_type = 'BASE TABLE' and c.table_schema = any(%s)
   and (c.column_name = any(%s)
        or exists (select from pg_constraint k
                    where k.contype = 'f' and k.confrelid = 'people.residents'::regclass
                      and k.conrelid = (c.table_schema || '.' || c.table_name)::regclass))
"""


@pytest.mark.anyio
async def test_every_table_about_residents_is_in_the_copy_or_says_why_not(conn: db.Conn) -> None:
    schemas = [package.name for package in REAL]
    found = await conn.execute(TABLES, [schemas, list(NAMING)])
    about = {table for (table,) in await found.fetchall()}
    assert len(about) > 35
    read = {table for package in REAL for one in package.exports for table in _tables(one.query.source)}
    withheld = {f"{package.name}.{table}" for package in REAL for table in package.withheld}
    assert not about - read - withheld, "neither exported nor withheld with a reason"
    assert withheld <= about, f"{withheld - about} is about nobody, or gone"
    assert not withheld & read, "both exported and withheld"


def _tables(source: str) -> set[str]:
    """The tables a statement reads; a view stands for what it shows."""
    views = {"payments.seen_payments": "payments.payments", "families.seen_links": "families.links"}
    return {views.get(name, name) for name in re.findall(r"\b(?:from|join)\s+([a-z]+\.[a-z_]+)", source)}


@pytest.mark.parametrize("package", [one for one in REAL if one.exports], ids=lambda package: package.name)
def test_a_part_is_of_one_resident_and_bounded(package: Package) -> None:
    names = [one.name for one in package.exports]
    assert len(set(names)) == len(names)
    for one in package.exports:
        assert re.fullmatch("[a-z_]+", one.name)
        assert one.query.package == package.module
        assert one.query.parameters == {"resident", "limit"}, one.name
        assert one.query.source.rstrip().endswith("limit :limit"), one.name
        chosen = one.query.source.lower().partition(" from ")[0]
        assert not re.search(r"hash|secret|salt|box|seed|p256dh|\*$", chosen), f"{one.name} would tell a secret"
