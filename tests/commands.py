"""Commands of `labeltool`: in this process, or as a process of their own.

A process takes a second to start. It is for what a process proves: exit codes, the environment,
another program beside this one.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from subprocess import CompletedProcess

from labeltool import cli


def labeltool(*words: object) -> CompletedProcess[str]:
    """Run a command in this process; only a bug raises."""
    arguments = list(map(str, words))
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
        code = cli.run(arguments)
    return CompletedProcess(arguments, code, out.getvalue(), err.getvalue())


def labeltool_process(*words: object, **environment: str) -> CompletedProcess[str]:
    """Run a command as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "labeltool", *map(str, words)],
        capture_output=True, text=True, check=False, env=os.environ | environment,
    )  # fmt: skip


def status(project: Path) -> dict[str, int]:
    """The counts of a project, as `labeltool status --json` prints them."""
    out = labeltool("status", project, "--json")
    assert out.returncode == 0, out.stderr
    return dict(json.loads(out.stdout))
