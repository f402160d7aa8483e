"""`wattloom households`: what there is, and whether a profile of one's own is sound."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="List the households, show one, or check a profile of your own.\n\nExample: wattloom households show A",
    invoke_without_command=True,
    rich_markup_mode=None,
)
Profiles = Annotated[list[Path] | None, typer.Option(help="TOML file of a further profile; may be repeated.")]


@app.callback()
def households(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_all(None)


@app.command("list")
def list_all(profile: Profiles = None) -> None:
    """List the households that can be asked for.

    Example: wattloom households list
    """
    from wattloom.cli.options import houses_with

    houses = houses_with(profile)
    for name in houses.list():
        typer.echo(f"{name:<12}{houses.get(name).description}")


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="As A or A/17.")],
    profile: Profiles = None,
    seed: Annotated[int, typer.Option(help="Another seed is another world.")] = 0,
    toml: Annotated[bool, typer.Option("--toml", help="Print the profile itself, to start one of your own.")] = False,
) -> None:
    """Show one household: who lives there, where, and what its meters can read.

    Example: wattloom households show A/17
    """
    from wattloom.cli.options import houses_with, source_of

    if toml:
        from wattloom.profile import text

        typer.echo(text(name), nl=False)
        return
    source = source_of(houses_with(profile, seed), name)
    typer.echo(f"{source.name}: {source.description}")
    typer.echo(f"  time zone  {source.calendar.zone.key}")
    typer.echo(f"  step       {source.step} s")
    for meter in source.meters:
        typer.echo(f"  {meter:<10} rated {source.rated[meter]:.3f} kW")


@app.command()
def check(file: Annotated[Path, typer.Argument(help="A profile in TOML.")]) -> None:
    """Check a profile: says that it is sound, or what is wrong and what is allowed.

    Example: wattloom households check my-home.toml
    """
    from wattloom.profile import load

    profile = load(file)
    typer.echo(f"{file} is sound: household {profile.name}, {profile.description}")
