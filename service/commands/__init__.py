"""The sub-commands of `codau`, a file for each kind of task. Each reads the settings when it runs."""

from typing import Annotated

import typer

from service import __version__
from service.commands import (
    backup,
    check,
    deliveries,
    doctor,
    export,
    import_,
    keys,
    queue,
    running,
    sites,
    webhooks,
)

app = typer.Typer(
    name="codau",
    no_args_is_help=True,
    pretty_exceptions_enable=False,  # they would show local variables, keys among them
    rich_markup_mode="markdown",
    help="Có Dấu takes in, checks and keeps the comments of Vietnamese websites until a moderator decides.",
    epilog="Settings are environment variables, CODAU_PORT for one, or lines of `.env`: see docs/.",
)


def _tell_version(asked: bool) -> None:
    if asked:
        print(__version__)
        raise typer.Exit


@app.callback()
def codau(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version and end.", callback=_tell_version, is_eager=True),
    ] = False,
) -> None:
    pass


app.command()(running.up)
app.command()(running.api)
app.command()(running.worker)
app.command()(check.check)
app.command()(doctor.doctor)
app.command()(queue.queue)
app.command()(deliveries.deliveries)
app.command()(deliveries.dead_letters)
app.command()(export.export)
app.command("import")(import_.import_)
app.command()(backup.backup)
app.command()(backup.restore)
app.add_typer(sites.app, name="site")
app.add_typer(keys.app, name="key")
app.add_typer(webhooks.app, name="webhook")
