"""Checks of the computer: what the program needs, what is missing, and how to fix it.

Qt and torch are loaded in child processes only, because Qt aborts the process if there is no
display. The module needs only the standard library, because `scripts/system_packages.py` runs it
before anything is installed.
"""

from __future__ import annotations

import ctypes
import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from pipnet import resources

LINUX = sys.platform.startswith("linux")

QT_LIBRARIES: Mapping[str, str] = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libfontconfig.so.1": "libfontconfig1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
}
"""Debian package of each shared library that Qt needs to load."""

X11_LIBRARIES: Mapping[str, str] = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libX11-xcb.so.1": "libx11-xcb1",
}
"""Debian package of each shared library that Qt needs to open a window on an X11 display."""

KOREAN_FONT_PACKAGE = "fonts-nanum"

WINDOWLESS = ("offscreen", "minimal", "vnc")
"""Values of QT_QPA_PLATFORM that need no display."""

PROBE_SECONDS = 10.0
"""A display that does not answer within this time counts as dead."""

TORCH_TIMEOUT_SECONDS = 120.0
MIN_FREE_BYTES = 2e9
"""Room for the weights of a round and a backup of the database."""

_ELSEWHERE = (
    "start labeltool on a desktop or over 'ssh -X', or use its commands, which need no display "
    "('labeltool --help')"
)

_OPEN_DISPLAY = """
import resource
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # Qt aborts on failure: leave no core file
from PySide6.QtGui import QGuiApplication
QGuiApplication([])
"""

_TRY_TORCH = """
import json, torch
gpu = torch.cuda.is_available()
name = torch.cuda.get_device_name() if gpu else None
size = torch.cuda.get_device_properties(0).total_memory if gpu else 0
facts = {"version": torch.__version__, "cuda": torch.version.cuda, "gpu": name, "size": size}
print(json.dumps(facts))
"""


PARTS = (
    "labeltool", "PySide6-Essentials", "SQLAlchemy", "numpy", "opencv-python", "onnxruntime",
    "torch",
)  # fmt: skip
"""Packages whose versions belong in a bug report."""


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check. `ok`: True, False (missing), or None (missing, but optional).

    `remedy` says what to do; it is empty if there is nothing to do.
    """

    name: str
    ok: bool | None
    detail: str
    remedy: str = ""


def checks(project: Path | None = None, yunet: Path | None = None) -> list[Check]:
    """Run every check, in the order in which problems are best fixed; takes some seconds.

    Args:
        project: folder of a project whose disk is checked; the current folder if None.
        yunet: a YuNet `.onnx` file that the user chose as the face detector.
    """
    found = [_python(), _window()]
    if LINUX:
        found.append(_libraries())
    found += [*_torch(), _face_detector(yunet), *_starter(), _disk(project or Path.cwd())]
    if project is not None:
        found.append(_drive(project))
    if LINUX:
        found.append(_korean_font())
    return found


def format_report(found: Sequence[Check]) -> str:
    """One line for each check, and what to do on the line below it."""
    marks = {True: "ok", False: "missing", None: "optional"}
    width = max((len(check.name) for check in found), default=0)
    lines = []
    for check in found:
        lines.append(f"{marks[check.ok]:<8}  {check.name:<{width}}  {check.detail}")
        if check.remedy:
            lines.append(f"{'':8}  {'':{width}}  -> {check.remedy}")
    return "\n".join(lines)


def versions() -> dict[str, str]:
    """The versions of system, Python and packages; imports nothing."""
    system = f"{platform.system()} {platform.release()} ({platform.machine()})"
    return {
        "System": system, "Python": platform.python_version(),
        **{name: _version(name, "not installed") for name in PARTS},
    }  # fmt: skip


def display_problem() -> str | None:
    """Why Qt cannot open a window here and what to do, as one sentence; None if it can.

    Call it before creating a QApplication, which would abort the process. A child process opens
    the display, which takes about 0.1 seconds.
    """
    problem = _display_problem()
    return None if problem is None else _sentence("; ".join(problem))


def missing_packages(libraries: Mapping[str, str]) -> list[str]:
    """The Debian packages of the shared libraries that do not load."""
    missing = []
    for library, package in libraries.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    return missing


def install_command(packages: Sequence[str]) -> str:
    """The shell command that installs Debian packages."""
    return f"sudo apt-get install {' '.join(packages)}"


def _install(packages: Sequence[str]) -> str:
    return f"install the Debian packages with '{install_command(packages)}'"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def has_korean_font() -> bool:
    """Whether Korean file names can be drawn; a guess if fontconfig's `fc-list` is missing."""
    tool = shutil.which("fc-list")
    if tool is None:
        return Path("/usr/share/fonts/truetype/nanum").is_dir()
    listing = subprocess.run(
        [tool, ":lang=ko", "file"], capture_output=True, timeout=60, check=False
    )
    return bool(listing.stdout.strip())


def _display_problem() -> tuple[str, str] | None:
    """What is wrong and what to do; None on Windows and macOS, which always have a display."""
    if not LINUX:
        return None
    if missing := missing_packages(QT_LIBRARIES):
        return "Qt cannot start: system libraries are missing", _install(missing)
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if platform.partition(":")[0] in WINDOWLESS:
        return None
    if not platform and not _settings("DISPLAY", "WAYLAND_DISPLAY"):
        return "There is no display: DISPLAY and WAYLAND_DISPLAY are not set", _ELSEWHERE
    where = _settings("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    try:
        child = _run_python(_OPEN_DISPLAY, PROBE_SECONDS)
    except subprocess.TimeoutExpired:
        return f"No window can be opened with {where}: the display does not answer", _ELSEWHERE
    if child is None or child.returncode == 0:
        return None
    if "Could not find the Qt platform plugin" in child.stderr:
        return f"Qt has no platform '{platform}'", "unset QT_QPA_PLATFORM"
    if "Traceback" in child.stderr:  # the installation is broken, not the display
        return f"Qt cannot be loaded ({_last_line(child.stderr)})", "install labeltool again"
    # Qt prints "could not connect" only if it found every library
    dead = "could not connect to display" in child.stderr
    if not dead and _wants_x11(platform) and (missing := missing_packages(X11_LIBRARIES)):
        return f"No window can be opened with {where}: libraries are missing", _install(missing)
    return f"No window can be opened with {where}: no display answers there", _ELSEWHERE


def _settings(*names: str) -> str:
    return ", ".join(f"{name}={os.environ[name]}" for name in names if os.environ.get(name))


def _wants_x11(platform: str) -> bool:
    return "xcb" in platform or (not platform and bool(os.environ.get("DISPLAY")))


def _run_python(code: str, seconds: float) -> subprocess.CompletedProcess[str] | None:
    """Run code in a child process; None in a bundled program, which has no interpreter.

    Raises:
        subprocess.TimeoutExpired: it ran longer than `seconds` and was killed.
    """
    if getattr(sys, "frozen", False):
        return None
    return subprocess.run(
        [sys.executable, "-P", "-c", code],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=seconds,
        check=False,
    )


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1].strip() if lines else "no output"


def _python() -> Check:
    version = sys.version_info
    detail = f"{version.major}.{version.minor}.{version.micro}"
    if version >= (3, 11):
        return Check("Python", True, detail)
    return Check("Python", False, detail, "Install Python 3.11 or newer.")


def _window() -> Check:
    problem = _display_problem()
    if problem is not None:
        what, remedy = problem
        return Check("Display", False, what, _sentence(remedy))
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    if LINUX and platform.partition(":")[0] in WINDOWLESS:
        return Check("Display", True, f"none needed with QT_QPA_PLATFORM={platform}")
    return Check("Display", True, "a window can be opened")


def _libraries() -> Check:
    name = "Qt libraries"
    base, x11 = missing_packages(QT_LIBRARIES), missing_packages(X11_LIBRARIES)
    if not base and not x11:
        return Check(name, True, "all system libraries that Qt needs are installed")
    needed = bool(base) or _wants_x11(os.environ.get("QT_QPA_PLATFORM", ""))
    detail = f"missing{'' if needed else ', needed only on an X11 display'}: {' '.join(base + x11)}"
    return Check(name, False if needed else None, detail, _sentence(_install(base + x11)))


def _torch() -> list[Check]:
    name, again = "PyTorch", "Install labeltool again, with its dependencies."
    if importlib.util.find_spec("torch") is None:
        return [Check(name, False, "not installed", again)]
    try:
        child = _run_python(_TRY_TORCH, TORCH_TIMEOUT_SECONDS)
    except subprocess.TimeoutExpired:
        detail = f"did not load within {TORCH_TIMEOUT_SECONDS:.0f} seconds"
        return [Check(name, False, detail, "Try again when the machine is less busy.")]
    if child is None:
        return [Check(name, None, "not checked in a bundled program")]
    if child.returncode != 0:
        return [Check(name, False, f"does not load: {_last_line(child.stderr)}", again)]
    facts = json.loads(_last_line(child.stdout))
    return [Check(name, True, facts["version"]), _gpu(facts["gpu"], facts["size"], facts["cuda"])]


def _gpu(device: str | None, size: int, cuda: str | None) -> Check:
    if device is not None:
        return Check("GPU", True, f"{device}, {size / 2**30:.0f} GiB")
    detail = "none that PyTorch can use; prediction and training run on the CPU"
    if shutil.which("nvidia-smi") is None:
        return Check("GPU", None, detail)
    if cuda is None:
        remedy = "This PyTorch is built without CUDA; the README says how to install one with it."
    else:
        remedy = (
            f"Install a driver that supports CUDA {cuda} ('nvidia-smi' shows what yours supports)."
        )
    return Check("GPU", None, detail, remedy)


def _face_detector(yunet: Path | None) -> Check:
    name = "Face detector"
    if yunet is not None:
        if yunet.is_file():
            return Check(name, True, f"YuNet, {yunet}")
        return Check(name, False, f"there is no YuNet file at {yunet}", "Choose another file.")
    file = resources.path("weights", resources.FACES)
    if file.is_file():
        return Check(name, True, "YuNet of libfacedetection, which ships with the program")
    return Check(
        name, False, f"there is no file {file}; boxes can only be drawn by hand",
        "Install labeltool again, or choose a YuNet .onnx file.",
    )  # fmt: skip


def _version(distribution: str, unknown: str = "(version unknown)") -> str:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:  # a bundled program has no metadata
        return unknown


def _starter() -> list[Check]:
    weights, card = resources.starter(), resources.path("weights", "README.md")
    if not weights.is_file() or weights.stat().st_size == 0:
        detail = f"there are no weights at {weights}"
        return [
            Check(
                "Starter weights", False, detail, "Install labeltool again, or fetch them with git."
            )
        ]
    terms = "for research only, because of the photos they were trained on"
    if card.is_file():
        says = Check("Terms of weights", True, f"{terms}; see {card}")
    else:
        remedy = "Install labeltool again; until then use the weights for research only."
        says = Check("Terms of weights", False, f"{terms}; their model card is missing", remedy)
    return [Check("Starter weights", True, str(weights)), says]


def _disk(folder: Path) -> Check:
    name = "Free disk space"
    folder = folder.absolute()
    # the folder of a new project does not exist yet
    folder = next(path for path in (folder, *folder.parents) if os.path.exists(path))
    free = shutil.disk_usage(folder).free
    detail = f"{free / 1e9:.1f} GB at {folder}"
    if free >= MIN_FREE_BYTES:
        return Check(name, True, detail)
    return Check(
        name, False, detail, f"Free some space: {MIN_FREE_BYTES / 1e9:.0f} GB or more is safe."
    )


def _drive(project: Path) -> Check:
    # Imported here because it imports SQLAlchemy, and this module must run without it.
    from labeltool.store.database.engine import is_on_network_drive  # noqa: PLC0415

    name = "Local drive"
    if not is_on_network_drive(project):
        return Check(name, True, f"{project} is on a local drive")
    return Check(
        name,
        False,
        f"{project} is on a network drive, where SQLite's write-ahead log is unsafe; a slower "
        "journal is used",
        "Keep the project folder on a local drive; the photos may stay where they are.",
    )


def _korean_font() -> Check:
    name = "Korean font"
    if has_korean_font():
        return Check(name, True, "Korean names can be drawn")
    detail = "none: Korean names are drawn as empty boxes"
    return Check(name, None, detail, _sentence(_install([KOREAN_FONT_PACKAGE])))
