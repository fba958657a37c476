"""What the doctor finds, and that it survives every problem that it looks for."""

from __future__ import annotations

import importlib.util
import json
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from labeltool import doctor
from labeltool.doctor import Check, checks, display_problem, format_report

ROOT = Path(__file__).parents[2]
ABSENT = {"libneverwas.so.7": "libneverwas7"}
TORCH = {"version": "2.13.0", "cuda": None, "gpu": None, "size": 0}

linux = pytest.mark.skipif(not doctor.LINUX, reason="elsewhere there is always a display")


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    """No display, whatever the tests themselves run on."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "XDG_SESSION_TYPE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def child(monkeypatch):
    """Replace the child process: set `returncode`, `stdout`, `stderr`; None for no child."""
    answer = SimpleNamespace(returncode=0, stdout=json.dumps(TORCH), stderr="", calls=0)

    def run(_code, _seconds):
        answer.calls += 1
        return answer

    monkeypatch.setattr(doctor, "_run_python", run)
    return answer


@pytest.fixture
def libraries(monkeypatch):
    """Every system library is there, whatever this machine lacks."""
    monkeypatch.setattr(doctor, "QT_LIBRARIES", {})
    monkeypatch.setattr(doctor, "X11_LIBRARIES", {})


def test_versions_are_read_without_importing_anything():
    code = (
        "import sys; from labeltool.doctor import versions; said = versions(); "
        "print(said['torch'], said['PySide6-Essentials']); "
        "sys.exit(bool({'torch', 'PySide6'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert all(version[0].isdigit() for version in done.stdout.split())


def one(found, name) -> Check:
    (check,) = [check for check in found if check.name == name]
    return check


def is_sentence(text) -> bool:
    return text is not None and "\n" not in text and text[0].isupper() and text.endswith(".")


@linux
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DISPLAY", ":99"),
        ("DISPLAY", "localhost:99.0"),
        ("WAYLAND_DISPLAY", "wayland-99"),
        ("QT_QPA_PLATFORM", "xcb"),
        ("QT_QPA_PLATFORM", "wayland"),
    ],
)
def test_a_dead_display_gives_a_sentence(monkeypatch, tmp_path, name, value):
    monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    problem = display_problem()
    assert is_sentence(problem)
    assert f"{name}={value}" in problem
    assert not list(tmp_path.iterdir()), "the probe left a core file"


@linux
def test_a_missing_display_is_reported_without_a_child_process(child):
    problem = display_problem()
    assert is_sentence(problem)
    assert "DISPLAY" in problem
    assert "labeltool --help" in problem
    assert not child.calls


@linux
@pytest.mark.parametrize("platform", ["offscreen", "minimal", "offscreen:size=800x600"])
def test_offscreen_is_fine(monkeypatch, child, platform):
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    assert display_problem() is None
    assert not child.calls


@linux
def test_the_probe_itself_works(monkeypatch):
    monkeypatch.setattr(doctor, "WINDOWLESS", ())
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    assert display_problem() is None


@linux
def test_an_unknown_platform_is_named(monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "nonsense")
    problem = display_problem()
    assert is_sentence(problem)
    assert "nonsense" in problem
    assert "unset QT_QPA_PLATFORM" in problem


@linux
def test_missing_libraries_are_named_by_package(monkeypatch):
    monkeypatch.setattr(doctor, "QT_LIBRARIES", ABSENT)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    problem = display_problem()
    assert is_sentence(problem)
    assert "apt-get install libneverwas7" in problem


@linux
def test_missing_x11_libraries_are_named_only_where_they_are_the_cause(
    monkeypatch, child, libraries
):
    monkeypatch.setattr(doctor, "X11_LIBRARIES", ABSENT)
    monkeypatch.setenv("DISPLAY", ":0")
    assert display_problem() is None, "the window opens: nothing is wrong"
    child.returncode = -6
    assert "libneverwas7" in display_problem()
    child.stderr = "qt.qpa.xcb: could not connect to display :0"
    assert "libneverwas7" not in display_problem()


@linux
def test_a_broken_installation_is_not_reported_as_a_dead_display(monkeypatch, child, libraries):
    monkeypatch.setenv("DISPLAY", ":0")
    child.returncode = 1
    child.stderr = "Traceback (most recent call last):\nImportError: no PySide6\n"
    assert "ImportError: no PySide6" in display_problem()


@linux
def test_a_display_that_never_answers(monkeypatch, libraries):
    # An X server that takes the connection and says nothing: display n listens on port 6000 + n.
    monkeypatch.setattr(doctor, "PROBE_SECONDS", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        number = server.getsockname()[1] - 6000
        monkeypatch.setenv("DISPLAY", f"127.0.0.1:{number}")
        assert is_sentence(display_problem())


@linux
def test_a_display_that_does_not_answer(monkeypatch, libraries):
    def silent(_code, seconds):
        raise subprocess.TimeoutExpired("python", seconds)

    monkeypatch.setattr(doctor, "_run_python", silent)
    monkeypatch.setenv("DISPLAY", ":0")
    assert "does not answer" in display_problem()


def test_other_systems_always_have_a_display(monkeypatch, child):
    monkeypatch.setattr(doctor, "LINUX", False)
    assert display_problem() is None
    assert not child.calls


def test_a_bundled_program_has_no_interpreter_to_call(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert doctor._run_python("raise SystemExit(1)", 10) is None
    assert one(checks(), "PyTorch").ok is None


def test_nothing_heavy_is_imported():
    code = (
        "import sys, labeltool.doctor as d; d.display_problem();"
        "print({'PySide6', 'torch', 'sqlalchemy', 'numpy'} & set(sys.modules))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "set()"


def test_a_report_of_this_machine(tmp_path, child):
    found = checks(tmp_path)
    names = [check.name for check in found]
    assert len(set(names)) == len(names)
    assert all(check.detail for check in found)
    assert all(check.remedy for check in found if check.ok is False)
    assert one(found, "Python").ok
    assert one(found, "PyTorch").ok
    assert str(tmp_path) in one(found, "Free disk space").detail
    assert "research only" in one(found, "Terms of weights").detail


@pytest.mark.slow
def test_torch_is_asked_in_a_child():
    torch, gpu = doctor._torch()
    assert torch.ok
    assert torch.detail[0].isdigit()
    assert gpu.ok in (True, None)


def test_torch_that_does_not_load(child):
    child.returncode = 1
    child.stderr = "Traceback (most recent call last):\nOSError: libtorch.so: damaged\n"
    check = one(checks(), "PyTorch")
    assert check.ok is False
    assert "damaged" in check.detail


@pytest.mark.parametrize(
    ("facts", "smi", "ok", "says"),
    [
        ({"gpu": "NVIDIA H200", "size": 139 * 2**30, "cuda": "13.0"}, True, True, "139 GiB"),
        ({}, False, None, "CPU"),
        ({}, True, None, "built without CUDA"),
        ({"cuda": "13.0"}, True, None, "CUDA 13.0"),
    ],
)
def test_gpu(monkeypatch, child, facts, smi, ok, says):
    child.stdout = "a word of some library\n" + json.dumps(TORCH | facts)
    monkeypatch.setattr(shutil, "which", lambda name: name if smi else None)
    _, check = doctor._torch()
    assert check.ok is ok
    assert says in f"{check.detail} {check.remedy}"


def test_face_detector(monkeypatch, tmp_path):
    yunet = tmp_path / "yunet.onnx"
    assert doctor._face_detector(yunet).ok is False
    yunet.touch()
    assert doctor._face_detector(yunet).ok
    assert doctor._face_detector(None).ok
    monkeypatch.setattr(doctor.resources, "path", tmp_path.joinpath)
    check = doctor._face_detector(None)
    assert check.ok is False
    assert "faces.onnx" in check.detail
    assert "YuNet" in check.remedy


def test_starter_and_its_terms(monkeypatch, tmp_path):
    weights, card = tmp_path / "starter.safetensors", tmp_path / "README.md"
    monkeypatch.setattr(doctor.resources, "starter", lambda: weights)
    monkeypatch.setattr(doctor.resources, "path", lambda *_parts: card)
    assert [check.ok for check in doctor._starter()] == [False]
    weights.write_bytes(b"weights")
    assert [check.ok for check in doctor._starter()] == [True, False]
    card.touch()
    assert [check.ok for check in doctor._starter()] == [True, True]


def test_disk(monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=1.5e9))
    check = doctor._disk(tmp_path / "not" / "made" / "yet")
    assert check.ok is False
    assert f"1.5 GB at {tmp_path}" in check.detail


def test_network_drive(monkeypatch, tmp_path, child):
    monkeypatch.setattr("labeltool.store.database.engine.is_on_network_drive", lambda _path: True)
    check = one(checks(tmp_path), "Local drive")
    assert check.ok is False
    assert "network drive" in check.detail


def test_korean_font(monkeypatch):
    for listing, ok in ((b"", None), (b"/fonts/nanum.ttf", True)):
        answer = SimpleNamespace(stdout=listing)
        monkeypatch.setattr(shutil, "which", lambda name: name)
        monkeypatch.setattr(subprocess, "run", lambda *_a, answer=answer, **_k: answer)
        assert doctor._korean_font().ok is ok


def test_report_marks():
    report = format_report(
        [Check("A", True, "here"), Check("Long", False, "gone", "Do it."), Check("B", None, "none")]
    )
    assert report.splitlines() == [
        "ok        A     here",
        "missing   Long  gone",
        "                -> Do it.",
        "optional  B     none",
    ]


@pytest.fixture
def script() -> ModuleType:
    """`scripts/system_packages.py`, which `make system` runs."""
    spec = importlib.util.spec_from_file_location("system", ROOT / "scripts/system_packages.py")
    module = importlib.util.module_from_spec(spec)
    path = list(sys.path)
    spec.loader.exec_module(module)
    sys.path[:] = path
    return module


@linux
def test_the_script_prints_the_command_to_those_who_are_not_root(monkeypatch, capsys, script):
    monkeypatch.setattr(script.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(script, "missing", lambda: ["libxcb-cursor0", "fonts-nanum"])
    assert script.main() == 0
    assert "sudo apt-get install libxcb-cursor0 fonts-nanum" in capsys.readouterr().err
    monkeypatch.setattr(script, "missing", lambda: ["libegl1"])
    assert script.main() == 1


@linux
def test_the_script_installs_as_root(monkeypatch, capsys, script):
    wanted = ["libxcb-cursor0"]
    monkeypatch.setattr(script.os, "geteuid", lambda: 0)
    monkeypatch.setattr(script.shutil, "which", lambda name: name)
    monkeypatch.setattr(script, "missing", lambda: list(wanted))
    monkeypatch.setattr(script, "install", lambda packages: wanted.clear())
    assert script.main() == 0
    assert capsys.readouterr().err == ""


def test_the_script_is_silent_where_nothing_is_missing(monkeypatch, capsys, script):
    monkeypatch.setattr(script, "missing", list)
    assert script.main() == 0
    assert capsys.readouterr() == ("", "")
