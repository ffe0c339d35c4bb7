"""`bekal staff ...`: accounts of the console from the command line, and the check of the audit log."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Annotated

import typer

from bot import logs
from bot.settings import Settings, SettingsError, load_settings

staff_app = typer.Typer(help="Accounts of the staff console.", no_args_is_help=True)


@staff_app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="What they sign in with.")],
    role: Annotated[str, typer.Option(help="viewer, agent, editor, publisher or admin")] = "agent",
) -> None:
    """Make an account and print its invitation link."""
    with _settings() as settings:
        from bot import staff_accounts

        _print_link(name, staff_accounts.add(settings, name, role))


@staff_app.command("list")
def list_all() -> None:
    """List the accounts."""
    with _settings() as settings:
        from bot import staff_accounts

        for each in staff_accounts.everybody(settings):
            state = "disabled" if each.disabled else "ready" if each.ready else "invited"
            typer.echo(f"{each.name}  {each.role}  {state}")


@staff_app.command("disable")
def disable(name: str) -> None:
    """Shut an account at once; it stays in the audit log."""
    with _settings() as settings:
        from bot import staff_accounts

        staff_accounts.disable(settings, name)
        typer.echo(f"{name} can no longer sign in")


@staff_app.command("reset")
def reset(name: str) -> None:
    """Print a new link for somebody who lost password or phone, or was disabled."""
    with _settings() as settings:
        from bot import staff_accounts

        _print_link(name, staff_accounts.reset(settings, name))


@staff_app.command("audit-verify")
def audit_verify() -> None:
    """Recompute the chain of the audit log; ends with 1 if a row was changed, removed or put in."""
    with _settings() as settings:
        from bot import staff_accounts

        verdict = staff_accounts.verify_audit(settings)
        if verdict.broken_at is not None:
            typer.echo(f"bekal: row {verdict.broken_at} of the audit log was tampered with", err=True)
            raise typer.Exit(1)
        typer.echo(f"{verdict.rows} rows, all in order; the last hash is {verdict.last}")


def _print_link(name: str, link: str) -> None:
    typer.echo(f"Give this link to {name}, in person; it works once, within 48 hours:")
    typer.echo(link)


@contextlib.contextmanager
def _settings() -> Iterator[Settings]:
    """The settings; what goes wrong in the block and can be mended is told in words."""
    try:
        settings = load_settings()
        logs.configure(settings.log_level)
        yield settings
    except SettingsError as error:
        typer.echo(f"bekal: {error}", err=True)
        raise typer.Exit(1) from error
    except Exception as error:
        if type(error).__name__ != "StaffProblem":
            raise
        typer.echo(f"bekal: {error}", err=True)
        raise typer.Exit(1) from error
