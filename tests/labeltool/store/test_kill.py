"""A process that is killed at any moment loses nothing that it acknowledged: 30 kills."""

from __future__ import annotations

import signal
from contextlib import closing

import pytest

from tests.kills import SCENARIOS, Scenario


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no kill -9")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", SCENARIOS, ids=lambda kind: kind.__name__)
def test_a_killed_process_loses_no_saved_work_and_leaves_nothing_partial(
    tmp_path, kind: type[Scenario]
):
    with closing(kind(tmp_path)) as scenario:
        for kill in range(SCENARIOS[kind]):
            scenario.kill(kill, acknowledged=kill == 0)
    assert scenario.hit.total() == SCENARIOS[kind]
    assert scenario.said
