"""The house rules, checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from labeltool.gui.commands.table import COMMANDS, TOOLBAR_GROUPS

ROOT = Path(__file__).parents[1]


def test_imports_point_down_only():
    script = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    "module", ["labeltool.app", "labeltool.cli", "labeltool.workers.detection_worker"]
)
def test_only_the_worker_loads_torch(module: str):
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_command_line_starts_without_qt():
    code = "import sys, labeltool.cli; sys.exit(any(m.startswith('PySide6') for m in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_command_says_what_it_does_and_has_a_key_of_its_own():
    keys = [(key, command.within) for command in COMMANDS for key in command.keys]
    assert len(keys) == len(set(keys))
    everywhere = {key for key, within in keys if not within}
    assert not everywhere & {key for key, within in keys if within}
    assert len({command.name for command in COMMANDS}) == len(COMMANDS)
    assert all(command.text and command.tip and command.menu for command in COMMANDS)
    names = {command.name for command in COMMANDS}
    assert all(name in names for group in TOOLBAR_GROUPS for name in group)


def test_no_module_is_a_god():
    for package in ("labeltool", "pipnet"):
        for file in (ROOT / package).rglob("*.py"):
            if "migrations" not in file.parts:
                lines = file.read_text(encoding="utf-8").count("\n")
                assert lines < 760, f"{file} has {lines} lines"


def test_what_a_newcomer_looks_for_is_at_the_top():
    for name in (
        "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "Makefile",
        "constraints.txt", "pyproject.toml", ".ci/run", "docs/adr",
    ):  # fmt: skip
        assert (ROOT / name).exists(), name
