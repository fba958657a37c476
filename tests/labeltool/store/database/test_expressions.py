"""Statements of the store are SQLAlchemy Core, which PostgreSQL can run as well as SQLite."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from sqlalchemy import Select, String, bindparam, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.base import Executable

import labeltool.store
from labeltool.domain import ORDERS, VERDICT_FILTERS, Filter
from labeltool.store.database.expressions import contains_text, json_items
from labeltool.store.database.schema import PhotoRow
from labeltool.store.database.sqlite import SqliteDialect
from labeltool.store.faces import face_queries

SHAPES = (
    Filter(), Filter(flagged=True, error=(0.0, 1.0), round_id=0, folder="any", reviewer="any"),
    Filter(audit=True, faces=(0,)), Filter(text="a", batch=0), Filter(text="aaa"),
)  # fmt: skip


@compiles(json_items, "postgresql")
def _json_items(element, compiler, **options):
    return f"json_array_elements_text({compiler.process(element.clauses, **options)})"


@compiles(contains_text, "postgresql")
def _contains_text(element, compiler, **options):
    return f"(strpos({compiler.process(element.clauses, **options)}) > 0)"


class Postgres(SqliteDialect):
    """What a dialect module for PostgreSQL would say of file names."""

    def photos_named(self, pattern: str) -> Select:
        return select(PhotoRow.id).where(PhotoRow.search.like(bindparam(pattern, type_=String)))


def module_statements() -> Iterator[tuple[str, Executable]]:
    """The statements that the store builds when its modules are imported."""
    for module in pkgutil.walk_packages(labeltool.store.__path__, "labeltool.store."):
        if "migrations" not in module.name:
            for name, value in vars(importlib.import_module(module.name)).items():
                named = value if isinstance(value, dict) else {"": value}
                for key, statement in named.items():
                    if isinstance(statement, Executable):
                        yield f"{module.name}.{name}.{key}".rstrip("."), statement


STATEMENTS = dict(module_statements())


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_prepared_statement_compiles_for_postgresql(name):
    assert str(STATEMENTS[name].compile(dialect=postgresql.dialect()))


@pytest.mark.parametrize("shape", SHAPES)
def test_filters_compile_for_postgresql_without_index_hints(shape):
    for verdict, order in product(VERDICT_FILTERS, ORDERS):
        wanted = replace(shape, verdict=verdict, order=order)
        for build in (
            face_queries._ids_query, face_queries._matching_query, face_queries._count_query,
            face_queries._facets_query,
        ):  # fmt: skip
            written = str(build(wanted, Postgres()).compile(dialect=postgresql.dialect()))
            assert "INDEXED" not in written


def test_only_the_dialect_module_writes_sql_by_hand():
    store = Path(labeltool.store.__path__[0])
    by_hand = {"database/sqlite.py"}
    found = {
        file.relative_to(store).as_posix()
        for file in store.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "text"
    }
    assert found == by_hand
