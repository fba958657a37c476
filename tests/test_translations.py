"""Every text that a person sees has its translation, and says in it what it says in English."""

from __future__ import annotations

import ast
import re
import runpy
import string
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

import pytest

from labeltool.domain.photo import PHOTO_PROBLEMS
from labeltool.gui.commands.table import COMMANDS, MENUS

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "resources" / "translations"
LANGUAGES = ("ko", "en")
GUI = sorted((ROOT / "labeltool" / "gui").rglob("*.py"))
WINDOW = [
    path
    for path in (*GUI, ROOT / "labeltool" / "app.py")
    if path.stem not in ("diagnostics", "thumbnail_file")
]
"""Reports are in English, for those who mend the program; SQL is no text for people."""

BELOW = [
    path
    for path in sorted((ROOT / "labeltool").rglob("*.py"))
    if path not in WINDOW
    and "cli" not in path.parts
    and path.stem not in ("__main__", "doctor", "diagnostics")
]
"""The command line speaks English."""

ERRORS = (
    "UserError", "StoreBusyError", "DamagedError", "ReadOnlyError", "WouldReplaceError", "Message",
)  # fmt: skip
SHOWN = {
    "setText", "setToolTip", "setWindowTitle", "setTitle", "setPlaceholderText", "setItemText",
    "setAccessibleName", "setInformativeText", "setDetailedText", "setStatusTip", "setLabelText",
    "setHeaderLabels", "setHorizontalHeaderLabels", "setFormat", "setPrefix", "setSuffix",
    "setLabel", "addButton", "addRow", "addItem", "addItems", "addTab", "addMenu", "addAction",
    "showText", "show_message", "QLabel", "QPushButton", "QCheckBox", "QRadioButton",
    "QGroupBox", "QToolBar", "QMenu", "QAction", "QDockWidget", "QListWidgetItem",
    "QTableWidgetItem", "QTreeWidgetItem", "QMessageBox", "getText", "getOpenFileName",
    "getSaveFileName", "getExistingDirectory", "Task", "run", "run_hidden", "write",
}  # fmt: skip
"""Calls whose literals a person reads."""

NAMES = {
    "labeltool", " - labeltool", "left", "bottom", "import", "start", "writes", "results",
    "instant", "queries", "previews", "backups", "packs", "system", "checks", "residuals",
}  # fmt: skip
"""Words in such calls that are no texts: the program's name, sides of a plot, lanes, data."""


def messages(language: str) -> dict[str, tuple[ET.Element, list[str]]]:
    """Source: (its translation, with one form of it or several)."""
    found: dict[str, tuple[ET.Element, list[str]]] = {}
    for message in ET.parse(FOLDER / f"labeltool_{language}.ts").iter("message"):
        source, translation = message.find("source"), message.find("translation")
        assert source is not None
        assert translation is not None
        assert source.text not in found, "the same text twice"
        forms = [form.text or "" for form in translation.iter("numerusform")]
        found[source.text or ""] = translation, forms or [translation.text or ""]
    return found


def calls(tree: ast.AST, *names: str) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func
            name = function.attr if isinstance(function, ast.Attribute) else None
            if (function.id if isinstance(function, ast.Name) else name) in names:
                yield node


def literals(*nodes: ast.expr) -> Iterator[str]:
    """The texts given as they are: whole, chosen between, joined, or around values."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr | ast.List | ast.Tuple):
            yield from literals(*(node.values if isinstance(node, ast.JoinedStr) else node.elts))
        elif isinstance(node, ast.BinOp):
            yield from literals(node.left, node.right)
        elif isinstance(node, ast.IfExp):
            yield from literals(node.body, node.orelse)


def marked() -> dict[str, bool]:
    """Every literal in tr() and N_(), and whether it has plural forms."""
    found: dict[str, bool] = {}
    for path in (*WINDOW, *BELOW):
        for call in calls(ast.parse(path.read_text(encoding="utf-8")), "tr", "N_"):
            text = call.args[0] if call.args else None
            if isinstance(text, ast.Constant):
                found[text.value] = found.get(text.value, False) or len(call.args) > 2
    return found


def fields(text: str) -> list[tuple[str | None, str | None, str | None]]:
    """Name, format and conversion of each value in a text, and counts."""
    named = [part[1:] for part in string.Formatter().parse(text) if part[1] is not None]
    return sorted([*named, *[(found, "", None) for found in re.findall(r"%L?n", text)]], key=str)


def test_every_text_is_translated_and_nothing_else_is():
    texts = marked()
    assert set(messages("ko")) == set(texts)
    assert set(messages("en")) == {text for text, plural in texts.items() if plural}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_translation_is_finished_and_keeps_its_values(language: str):
    for source, (translation, forms) in messages(language).items():
        assert translation.get("type") is None, f"unfinished: {source}"
        for form in forms:
            assert form.strip(), f"empty: {source}"
            assert fields(form) == fields(source), source
            assert form.count("\n") == source.count("\n"), source
            assert len(re.findall("&[^&]", form)) == len(re.findall("&[^&]", source)), source
            assert source.endswith("…") == form.endswith("…"), source


def test_every_template_of_an_image_error_is_translated():
    tree = ast.parse((ROOT / "pipnet" / "data" / "images.py").read_text(encoding="utf-8"))
    templates = {
        node.value
        for call in calls(tree, "ImageError")
        for argument in call.args[1:2]
        for node in ast.walk(argument)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert len(templates) > 8
    assert {f"{{photo}} {template}" for template in templates} <= set(PHOTO_PROBLEMS)


def test_korean_is_korean():
    same = {
        source
        for source, (_, forms) in messages("ko").items()
        if re.search("[A-Za-z]", re.sub(r"\{.*?\}", "", source))
        and not any(re.search("[가-힣]", form) for form in forms)
    }
    assert same == {
        "English", "Esc", "the GPU", "to", "{part:,} of {whole:,}",
        "“{what}” by {reviewer}, {time}.",
    }  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_ships_is_compiled_from_what_is_written(language: str, tmp_path: Path):
    tool = runpy.run_path(str(ROOT / "scripts" / "translations.py"))
    written = FOLDER / f"labeltool_{language}.ts"
    tool["compile_to"](written, tmp_path / "made.qm")
    assert (tmp_path / "made.qm").read_bytes() == written.with_suffix(".qm").read_bytes()


def test_menus_have_their_names():
    assert {command.menu for command in COMMANDS} == set(MENUS)


@pytest.mark.parametrize("path", WINDOW, ids=lambda path: path.stem)
def test_the_window_says_nothing_untranslated(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    translated = {id(node) for call in calls(tree, "tr", "N_") for node in ast.walk(call)}
    notes = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            hidden = list(calls(node, "tr", "N_"))
            assert not hidden, f"line {node.lineno}: the tools look into no f-string"
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if id(node) not in translated | notes:
            text = re.sub("%[A-Za-z]", "", node.value)
            assert not re.search("[A-Z]", text) or " " not in text, f"line {node.lineno}: {text!r}"
    for call in calls(tree, *SHOWN):
        for text in literals(*call.args):
            words = re.search(r"[A-Za-z]{3,}", re.sub(r"<[^>]*>?|%\w|mdi6\S*", "", text))
            assert not words or text in NAMES, f"line {call.lineno}: {text!r}"


@pytest.mark.parametrize("path", BELOW, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_what_is_below_the_window_marks_what_it_says(path: Path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for call in calls(tree, *ERRORS):
        for argument in call.args:
            assert not isinstance(argument, ast.JoinedStr), f"line {call.lineno}: an f-string"
            bare = isinstance(argument, ast.Constant) and argument.value
            assert not bare, f"line {call.lineno}: {ast.unparse(argument)}"
    for call in calls(tree, "Changes"):
        for word in call.keywords:
            plain = isinstance(word.value, ast.Constant | ast.JoinedStr)
            assert word.arg != "note" or not plain, f"line {call.lineno}: a note that is no Message"
