"""The documents agree with the code: snippets run; files, commands, options and names exist."""

from __future__ import annotations

import ast
import re
import shutil
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

import pipnet
from labeltool.cli import cli as labeltool_cli
from labeltool.gui.commands.table import COMMANDS
from pipnet.__main__ import cli as pipnet_cli

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "ARCHITECTURE.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "resources").rglob("*.md")),
]
ARCHITECTURE = ROOT / "ARCHITECTURE.md"
PROGRAMS = {"labeltool": labeltool_cli, "pipnet": pipnet_cli}
TOP_LEVEL = ("labeltool", "pipnet", "resources", "tests", "docs", "scripts", ".ci")

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def text_of(document: Path) -> str:
    return document.read_text(encoding="utf-8")


def inline_code(document: Path) -> list[str]:
    text = re.sub(r"```.*?```", "", text_of(document), flags=re.DOTALL)
    return re.findall(r"`([^`\n]+)`", text)


# Snippets


def snippets() -> list[object]:
    found = []
    for document in DOCUMENTS:
        for number, code in enumerate(
            re.findall(r"```python\n(.*?)```", text_of(document), re.DOTALL), 1
        ):
            found.append(pytest.param(code, id=f"{document.name}-{number}"))
    return found


@pytest.mark.parametrize("code", snippets())
def test_a_snippet_runs(code: str, tmp_path, monkeypatch):
    shutil.copy(ROOT / "resources" / "sample" / "portrait-0001.jpg", tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"__name__": "snippet"}
    exec(compile(code, "snippet", "exec"), names)
    if "from_pretrained" in code:
        assert [face.points.shape for face in names["faces"]] == [(68, 2)]


def test_there_are_snippets():
    assert len(snippets()) >= 2


# Files


def named_paths(document: Path) -> list[str]:
    """Paths of the repository in inline code, without placeholders in capitals."""
    words = [word for code in inline_code(document) for word in code.split()]
    return [
        word.rstrip(",.")
        for word in words
        if re.fullmatch(rf"(?:{'|'.join(map(re.escape, TOP_LEVEL))})/[\w./-]*", word.rstrip(",."))
    ]


@every_document
def test_files_named_in_a_document_exist(document: Path):
    missing = [path for path in named_paths(document) if not (ROOT / path).exists()]
    assert not missing


@every_document
def test_links_in_a_document_lead_to_files(document: Path):
    targets = re.findall(r'\]\(([^)#\s]+)\)|(?:src|srcset)="([^"]+)"', text_of(document))
    files = [one or other for one, other in targets if "://" not in (one or other)]
    missing = [file for file in files if not (document.parent / file).exists()]
    assert not missing


def test_documents_name_files():
    assert len(named_paths(ARCHITECTURE)) > 30


# Commands


def command_lines(document: Path) -> list[list[str]]:
    """The words of every `labeltool ...` and `pipnet ...`, from inline code and code blocks."""
    blocks = [
        re.split(r"\s{3,}|  #", line.strip())
        for line in text_of(document).splitlines()
        if line.startswith("    ")
    ]
    candidates = [*inline_code(document), *(part for parts in blocks for part in parts)]
    lines = [re.sub(r"[\[\]]", " ", line).split() for line in candidates]
    lines = [line[line.index("-m") + 1 :] if "-m" in line else line for line in lines]
    return [line for line in lines if line and line[0] in PROGRAMS]


def commands_of(program: str) -> dict[str, click.Command]:
    """The commands of a program by name, those of a group as `group command`."""
    found = dict[str, click.Command]()
    for name, command in PROGRAMS[program].commands.items():
        within = command.commands if isinstance(command, click.Group) else {"": command}
        found |= {f"{name} {part}".strip(): one for part, one in within.items()}
    return found


def name_of(words: list[str]) -> str:
    """The name of the command that the words of a command line begin with."""
    program, *rest = words
    is_group = isinstance(PROGRAMS[program].commands.get("".join(rest[:1])), click.Group)
    return " ".join(rest[: 2 if is_group else 1])


def options_of(command: click.Command) -> set[str]:
    return {"--help"} | {name for parameter in command.params for name in parameter.opts}


@every_document
def test_commands_named_in_a_document_exist(document: Path):
    wrong = []
    for program, *rest in command_lines(document):
        commands = commands_of(program)
        groups = {name.split()[0] for name in commands}
        name = name_of([program, *rest])
        if re.fullmatch(r"[a-z]+( [a-z-]+)?", name) and name not in commands.keys() | groups:
            wrong.append(f"{program} {name}")
        known = options_of(commands[name]) if name in commands else {"--help"}
        used = {word for word in rest if re.fullmatch(r"--[a-z0-9-]+", word)}
        wrong += [f"{program} {name} {option}" for option in used - known]
    assert not wrong


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_readme_lists_every_command(program: str):
    lines = command_lines(ROOT / "README.md")
    listed = {name_of(line) for line in lines if line[0] == program}
    commands = commands_of(program)
    assert {name for name, command in commands.items() if not command.hidden} <= listed


def test_the_readme_lists_every_option_of_labeltool():
    text = text_of(ROOT / "README.md")
    options = {
        name
        for command in commands_of("labeltool").values()
        if not command.hidden
        for name in options_of(command) - {"--help"}
        if name.startswith("--")
    }
    assert not {name for name in options if name not in text}


@every_document
def test_make_targets_named_in_a_document_exist(document: Path):
    targets = set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    lines = [
        *inline_code(document),
        *(line.strip() for line in text_of(document).splitlines() if line.startswith("    ")),
    ]
    used = {found[1] for line in lines if (found := re.match(r"make ([a-z]+)", line))}
    assert used <= targets


# Texts of the window


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_buttons_named_in_a_document_are_texts_of_the_window(name: str):
    known = text_of(ROOT / "resources" / "translations" / "labeltool_ko.ts")
    named = re.findall(r"\*([A-Z][^*\n]+…)\*", text_of(ROOT / name))
    assert not [text for text in named if f"<source>{text}</source>" not in known]


def test_keys_named_in_the_readme_are_keys_of_commands():
    known = {key for command in COMMANDS for key in command.keys}
    named = {
        code
        for code in inline_code(ROOT / "README.md")
        if re.fullmatch(r"(Ctrl\+)?(Shift\+)?([A-Z0-9]|F\d+|Del)", code)
    }
    assert named
    assert named <= known


# Architecture


def packages() -> set[str]:
    """Folders of labeltool and pipnet that hold modules, migrations aside."""
    modules = [path for top in ("labeltool", "pipnet") for path in (ROOT / top).rglob("*.py")]
    folders = {path.parent.relative_to(ROOT).as_posix() for path in modules}
    return {folder for folder in folders if "/migrations" not in folder}


def rooms() -> dict[str, list[str]]:
    """The map of ARCHITECTURE.md: folder -> the modules named in its row."""
    rows = re.findall(r"^\| `([\w/]+)/` \|[^|]*\|([^|]*)\|$", text_of(ARCHITECTURE), re.MULTILINE)
    return {folder: re.findall(r"`(\w+)`", modules) for folder, modules in rows}


def test_the_map_has_every_package():
    assert set(rooms()) == packages()


def test_modules_on_the_map_exist():
    missing = [
        f"{folder}/{module}"
        for folder, modules in rooms().items()
        for module in modules
        if not (ROOT / folder / f"{module}.py").exists()
    ]
    assert not missing


@cache
def names_in(path: Path) -> frozenset[str]:
    """Functions, classes, methods and constants of a module: `name` and `Class.name`."""
    found = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        found |= _defined(node)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}.{name}" for inner in node.body for name in _defined(inner)}
    return frozenset(found)


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {target.id for target in node.targets if isinstance(target, ast.Name)}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    return set()


def test_names_that_documents_give_a_file_exist_in_it():
    """`path.py` (`name`, `Class.method`) in any document."""
    pattern = r"`([\w/]+\.py)` \((`[^)]+`)\)"
    found = [match for document in DOCUMENTS for match in re.findall(pattern, text_of(document))]
    assert len(found) >= 20
    missing = [
        f"{path}: {name}"
        for path, names in found
        for name in re.findall(r"`([\w.]+)`", names)
        if name not in names_in(ROOT / path)
    ]
    assert not missing


@cache
def classes() -> dict[str, str]:
    """Every class of the two packages, and the text of the modules that define it."""
    found: dict[str, str] = {}
    for top in ("labeltool", "pipnet"):
        for path in (ROOT / top).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            for name in re.findall(r"^class (\w+)", text, re.MULTILINE):
                found[name] = found.get(name, "") + text
    return found


@every_document
def test_members_named_in_a_document_exist(document: Path):
    """`Class.member` and `CONSTANT` of the packages, `table.column` of the schema."""
    schema = text_of(ROOT / "labeltool/store/database/schema.py")
    wrong = []
    for code in inline_code(document):
        if found := re.fullmatch(r"([A-Z]\w*[a-z]\w*)\.(\w+)(?:\(.*\))?", code):
            owner, member = found.groups()
            if not re.search(rf"\b{member}\b", classes().get(owner, "")):
                wrong.append(code)
        elif found := re.fullmatch(r"(entry|face|round|operation|draft_step)\.(\w+)", code):
            if not re.search(rf"^    {found[2]}: Mapped", schema, re.MULTILINE):
                wrong.append(code)
        elif re.fullmatch(r"[A-Z]+_[A-Z_]+", code) and not any(
            re.search(rf"^{code}\b", text, re.MULTILINE) for text in module_texts()
        ):
            wrong.append(code)
    assert not wrong


@cache
def module_texts() -> list[str]:
    return [
        path.read_text(encoding="utf-8")
        for top in ("labeltool", "pipnet", "tests")
        for path in (ROOT / top).rglob("*.py")
    ]


def walks() -> dict[str, list[str]]:
    """The walks of ARCHITECTURE.md: title -> its numbered stops."""
    part = text_of(ARCHITECTURE).partition("## Three walks")[2].partition("\n## ")[0]
    sections = re.split(r"^### ", part, flags=re.MULTILINE)[1:]
    return {
        section.splitlines()[0]: re.findall(r"^\d+\. .*", section, re.MULTILINE)
        for section in sections
    }


def test_there_are_three_walks_of_at_most_eight_stops_each_with_a_file():
    assert len(walks()) == 3
    for stops in walks().values():
        assert 3 <= len(stops) <= 8
        assert all(re.search(r"`[\w/]+\.py`", stop) for stop in stops)


def test_invariants_are_numbered_once():
    part = text_of(ARCHITECTURE).partition("## Invariants")[2].partition("\n## ")[0]
    numbers = [int(number) for number in re.findall(r"^(\d+)\. ", part, re.MULTILINE)]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_glossary_is_short_and_each_word_stands_once():
    part = text_of(ARCHITECTURE).partition("## Glossary")[2].partition("\n## ")[0]
    words = re.findall(r"^\| \*\*([\w -]+)\*\* \|", part, re.MULTILINE)
    assert 15 <= len(words) <= 25
    assert len(words) == len(set(words))


def test_decision_records_are_numbered_once_and_have_the_three_parts():
    files = sorted((ROOT / "docs" / "adr").glob("*.md"))
    numbers = [int(file.name[:4]) for file in files]
    assert numbers == list(range(1, len(files) + 1))
    for file in files:
        heads = re.findall(r"^#+ .*", text_of(file), re.MULTILINE)
        assert heads[0].startswith(f"# {int(file.name[:4])}. ")
        assert heads[1:] == ["## Context", "## Decision", "## Consequences"]


def test_the_layers_are_those_of_the_contracts():
    """The code block of ARCHITECTURE.md, layer by layer."""
    settings = tomllib.loads(text_of(ROOT / "pyproject.toml"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    expected = {
        contract["containers"][0]: contract["layers"]
        for contract in contracts
        if contract["type"] == "layers"
    }
    part = text_of(ARCHITECTURE).partition("## Layers")[2].partition("\n## ")[0]
    written: dict[str, list[str]] = {}
    name = ""
    for line in re.findall(r"^    (.*)$", part, re.MULTILINE):
        container, layer = re.fullmatch(r"(?:([\w.]+):)?\s+(.*)", line).groups()
        name = container or name
        written.setdefault(name, []).append(layer)
    assert written == expected


def test_the_version_is_the_same_everywhere():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == pipnet.__version__
    assert f"labeltool-{pipnet.__version__}-py3-none-any.whl" in (ROOT / "README.md").read_text()
