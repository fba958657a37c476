"""Advice on labels from the run folders, costs and repeats of a project."""

from __future__ import annotations

import shutil
from collections.abc import Callable

import pytest

from labeltool.rounds.quality.advice.label_advice import curve, label_advice
from labeltool.rounds.quality.round_figures import finished_rounds
from labeltool.rounds.quality.round_report import make_report
from labeltool.store import Store
from tests.labeltool.rounds.quality.test_round_report import EYES, first_round, noisy, true
from tests.measured_rounds import add_measured_round
from tests.projects import change

FACES = range(1, 21)


@pytest.fixture
def store(project: Callable[..., Store]) -> Store:
    return project(30, scheme=EYES)


def _with_labels(store: Store, number: int, labels: int) -> None:
    change(
        store,
        "UPDATE round SET summary = json_set(summary, '$.ledger', json_object("
        f"'manual', {labels}, 'pseudo', 0)) WHERE number = {number} AND kind = 'train'",
    )


def _add_looks(store: Store, session: int, repeats: int, differing: int) -> None:
    """An acceptance whose faces were shown twice; the first `differing` were judged otherwise."""
    columns = [row[1] for row in _columns(store, "acceptance") if row[3] and not row[5]]
    values = ", ".join("'open'" if name == "status" else f"'{session}'" for name in columns)
    change(store, f"INSERT INTO acceptance (id, {', '.join(columns)}) VALUES ({session}, {values})")
    for number in range(repeats):
        face = number % 30 + 1
        for turn, (kind, answer) in enumerate((("real", 1), ("repeat", int(number >= differing)))):
            change(
                store,
                "INSERT INTO judgement (acceptance_id, number, token, face_id, kind, answer) "
                f"VALUES ({session}, {2 * number + turn}, '{session}-{number}-{turn}', {face}, "
                f"'{kind}', {answer})",
            )


def _columns(store: Store, table: str) -> list[tuple]:
    with store._database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(f"PRAGMA table_info({table})")]


def test_the_report_says_what_more_labels_bring_and_cost(store: Store) -> None:
    first = first_round(store, FACES, 3.0)
    _with_labels(store, first, 100)
    alone = make_report(store, 1)
    assert alone.labels is not None
    assert alone.labels.is_prior
    assert alone.labels.minutes is None
    second = add_measured_round(
        store, audit=true(FACES), before=noisy(FACES, 3.0), after=noisy(FACES, 2.0)
    )
    _with_labels(store, second, 200)
    store.trust.costs.add("ann", 1, 12.0, 1, 3.0)
    report = make_report(store, 2)
    assert report.labels is not None
    assert not report.labels.is_prior
    assert report.labels.minutes == pytest.approx(report.labels.more * 12 / 60)
    assert report.to_dict()["more_labels"]["advice"] == str(report.labels.sentence)


def test_rounds_count_on_the_faces_that_measured_the_last_one(store: Store) -> None:
    first_round(store, range(1, 11))
    first_round(store, FACES)
    add_measured_round(store, audit=true(FACES), after=noisy(FACES, 1.0))
    rounds = finished_rounds(store.rounds.all())
    assert [len(each.errors) for each in curve(rounds, store)] == [20, 20]
    shutil.rmtree(rounds[-1].folder)
    assert curve(rounds, store) == []
    assert label_advice(store, 3) is None


def test_stop_when_second_looks_differ_more_than_what_is_wrong(store: Store) -> None:
    first = add_measured_round(store, audit=true(FACES), after=noisy(FACES, 0.01))
    _with_labels(store, first, 100)
    _add_looks(store, 1, repeats=10, differing=5)
    advice = label_advice(store, 1)
    assert advice is not None
    assert not advice.stop  # ten repeats are too few to say
    _add_looks(store, 2, repeats=15, differing=0)
    assert store.trust.repeats() == (25, 5)
    advice = label_advice(store, 1)
    assert advice is not None
    assert advice.stop
    assert "20.0 % of faces" in str(advice.sentence)
