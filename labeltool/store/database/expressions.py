"""Expressions that SQLAlchemy lacks. Each dialect module says how its database spells them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    JSON,
    BindParameter,
    Boolean,
    Connection,
    Select,
    String,
    bindparam,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import TableValuedAlias

Query = TypeVar("Query", bound=Select[*tuple[Any, ...]])


class json_items(FunctionElement[Any]):  # noqa: N801 - named like SQLAlchemy's functions
    """The items of a JSON array as rows of one column, `value`."""

    inherit_cache = True


class contains_text(FunctionElement[bool]):  # noqa: N801 - named like SQLAlchemy's functions
    """Whether the first text contains the second one, letter for letter."""

    type = Boolean()
    inherit_cache = True


def id_rows(ids: Iterable[int] | str) -> TableValuedAlias:
    """Ids as a table of one column, `value`. A string names the parameter that brings the list.

    One JSON parameter carries them all, because databases limit the number of parameters.
    """
    array: BindParameter[Any] = (
        bindparam(ids, type_=JSON) if isinstance(ids, str) else literal(list(ids), JSON)
    )
    return json_items(array).table_valued("value")


def id_list(ids: Iterable[int] | str) -> Select[Any]:
    """Ids for `column.in_(…)`. A string names the parameter that brings the list."""
    return select(id_rows(ids).c.value)


def use_index(query: Query, table: Any, index: str | None) -> Query:
    """Make SQLite read a table along an index; None stands for its primary key.

    Without statistics SQLite takes any equality for a selective filter, and sorts. Other databases
    plan for themselves.
    """
    hint = "NOT INDEXED" if index is None else f"INDEXED BY {index}"
    return query.with_hint(table, hint, "sqlite")


def joined_numbers(query: Any) -> Any:
    """All numbers that a query of one column, `number`, finds, as one text.

    That takes half the time of a row for each face, and other threads run meanwhile.
    """
    number = query.subquery().c.number
    return select(func.aggregate_strings(cast(number, String), ","))


def read_numbers(
    connection: Connection, query: Any, values: dict[str, Any] | None = None
) -> NDArray[np.int64]:
    """What a query of `joined_numbers` finds, in its order."""
    return np.fromstring(connection.scalar(query, values) or "", np.int64, sep=",")
