"""Rules of the architecture: imports, what may be loaded, and sizes."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from labeltool.gui.commands.table import COMMANDS, TOOLBAR_GROUPS

ROOT = Path(__file__).parents[1]


def test_imports_point_down_only():
    script = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    "module", ["labeltool.gui.window", "labeltool.cli", "labeltool.workers.detection_worker"]
)
def test_only_the_worker_loads_torch(module: str):
    code = f"import sys, {module}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_welcome_page_loads_nothing_that_only_a_project_needs():
    code = "import sys, labeltool.app; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("worker", ["detection_worker", "round_worker"])
def test_workers_do_not_load_the_store(worker: str):
    code = f"import sys, labeltool.workers.{worker}; sys.exit('sqlalchemy' in sys.modules)"
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


MAX_PUBLIC_MEMBERS = 25
MAX_MODULE_LINES = 500
MAX_MODULES_IN_FOLDER = 13

WIDE_CLASSES = {
    "Canvas": 27,  # eight of them are its parts
    "RunFolder": 31,  # one property for each file of the folder
    "Store": 35,  # two thirds of them are its parts
    "Views": 26,  # half of them are the views
}
"""Classes that may have more public members, and why."""


def modules() -> list[Path]:
    return [
        file
        for package in ("labeltool", "pipnet")
        for file in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in file.parts
    ]


def _decorators(node: ast.FunctionDef | ast.ClassDef) -> set[str]:
    return {ast.unparse(decorator).partition("(")[0] for decorator in node.decorator_list}


def public_members(node: ast.ClassDef) -> set[str]:
    """Methods, properties and signals of a class, and the attributes that its methods set.

    Overrides of Qt's event handlers do not count, and neither do fields of dataclasses.
    """
    found = set()
    is_dataclass = any(name.endswith("dataclass") for name in _decorators(node))
    for item in node.body:
        if isinstance(item, ast.FunctionDef):
            if not re.search(r"[a-z][A-Z]", item.name) and item.name != "event":
                found.add(item.name)
            found |= {
                target.attr
                for step in ast.walk(item)
                for target in ast.walk(step)
                if isinstance(target, ast.Attribute)
                and isinstance(target.ctx, ast.Store)
                and isinstance(target.value, ast.Name)
                and target.value.id == "self"
            }
        elif isinstance(item, ast.Assign) and not is_dataclass:
            found |= {name.id for name in item.targets if isinstance(name, ast.Name)}
    return {name for name in found if not name.startswith("_")}


def test_classes_are_narrow():
    wide = {}
    for file in modules():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                members = public_members(node)
                if len(members) > WIDE_CLASSES.get(node.name, MAX_PUBLIC_MEMBERS):
                    wide[f"{file.relative_to(ROOT)}: {node.name}"] = len(members)
    assert not wide


def test_modules_are_short():
    lengths = {
        str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines())
        for file in modules()
    }
    assert not {name: lines for name, lines in lengths.items() if lines > MAX_MODULE_LINES}


def test_folders_are_small():
    folders = Counter(
        str(file.parent.relative_to(ROOT)) for file in modules() if file.stem != "__init__"
    )
    assert not {name: count for name, count in folders.items() if count > MAX_MODULES_IN_FOLDER}


@pytest.mark.parametrize("package", ["labeltool", "pipnet"])
def test_module_names_are_unique_in_a_package(package: str):
    names = Counter(
        file.stem
        for file in modules()
        if file.relative_to(ROOT).parts[0] == package and not file.stem.startswith("__")
    )
    assert not {name for name, count in names.items() if count > 1}


def test_what_a_newcomer_looks_for_is_at_the_top():
    for name in (
        "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE", "Makefile",
        "constraints.txt", "pyproject.toml", ".ci/run", "docs/adr",
    ):  # fmt: skip
        assert (ROOT / name).exists(), name
