"""The group of all commands, and how errors end the program."""

from __future__ import annotations

import sys

import click

import pipnet
from labeltool.cli import (
    audit_commands,
    decision_commands,
    exchange_commands,
    format_commands,
    import_commands,
    prediction_commands,
    privacy_commands,
    project_commands,
    window_commands,
)
from labeltool.cli.common import print_line, print_text
from labeltool.cli.rounds import round_commands, round_group, round_list_commands
from labeltool.cli.trust import certificate_commands, effort_commands, trust_commands
from labeltool.domain import Cancelled, UserError


class _Commands(click.Group):
    """A group in which `labeltool PATH` opens a project: what is no command is a path."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = args[0] if args else ""
        if first == "--" or (first not in self.commands and not first.startswith("-")):
            args = ["open", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(pipnet.__version__)
def cli() -> None:
    """Review facial landmarks, correct them, and train the next round.

    `labeltool` opens the window, `labeltool PROJECT` opens a project in it.
    """


for _command in (
    window_commands.open_window,
    window_commands.sample,
    window_commands.doctor,
    project_commands.new,
    project_commands.scheme,
    project_commands.status,
    project_commands.check,
    project_commands.restore,
    privacy_commands.forget,
    import_commands.import_paths,
    exchange_commands.relocate,
    exchange_commands.export_command,
    prediction_commands.predictions,
    format_commands.inspect,
    format_commands.formats,
    round_commands.predict,
    round_commands.train,
    round_commands.worker,
    audit_commands.audit,
    round_list_commands.rounds,
    round_list_commands.adjust,
    round_list_commands.promote,
    round_list_commands.rollback,
    round_group.round_group,
    decision_commands.accept,
    decision_commands.reject,
    effort_commands.effort,
    trust_commands.tolerance,
    certificate_commands.certificate,
    trust_commands.findings,
):
    cli.add_command(_command)


def run(arguments: list[str]) -> int:
    """Run a command; returns the exit code: 1 for what the user can solve, 2 for wrong usage."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # print file names in any script
    try:
        result = cli.main(arguments, prog_name="labeltool", standalone_mode=False)
    except UserError as error:
        print_text(f"Error: {error}", err=True)
        return 1
    except OSError as error:
        if error.filename is None or error.strerror is None:
            raise
        print_line(f"Error: {error.filename}: {error.strerror}.", err=True)
        return 1
    except click.exceptions.Abort:
        print_line("Cancelled.", err=True)
        return 1
    except click.ClickException as error:
        error.show()
        return 2
    except Cancelled:
        print_line("Cancelled; what was done is kept.", err=True)
        return 1
    return result if isinstance(result, int) else 0
