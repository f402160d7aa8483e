"""`wattloom faults`: the catalogue of what can go wrong with a meter."""

from __future__ import annotations

from typing import Annotated

import typer

app = typer.Typer(
    help="List the kinds of faults, or show one.\n\nExample: wattloom faults show stuck",
    invoke_without_command=True,
    rich_markup_mode=None,
)


@app.callback()
def faults(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        list_all()


@app.command("list")
def list_all() -> None:
    """List the kinds of faults.

    Example: wattloom faults list
    """
    from wattloom.faults import KINDS

    for kind in KINDS.values():
        typer.echo(f"{kind.name:<14}{kind.doc}")


@app.command()
def show(name: Annotated[str, typer.Argument(metavar="KIND", help="As stuck; see wattloom faults list.")]) -> None:
    """Show one kind: what it does, its parameters, how a plan asks for it, and a drawing.

    Example: wattloom faults show stuck
    """
    from wattloom.errors import Refusal
    from wattloom.faults import KINDS
    from wattloom.faults.drawing import drawing
    from wattloom.household import household

    if name not in KINDS:
        raise Refusal(f"Unknown kind of fault {name!r}; allowed: {', '.join(KINDS)}.")
    kind = KINDS[name]
    typer.echo(f"{name}: {kind.doc}")
    low, high = kind.length
    typer.echo(f"\n  length     {low} to {high} s unless the plan says otherwise; at most {kind.longest} s")
    for parameter in kind.parameters:
        (least, most), (lowest, highest) = parameter.default, parameter.limits
        values = f"{least:g} to {most:g} {parameter.unit}".rstrip()
        typer.echo(f"  {parameter.name:<11}{values}: {parameter.doc}; allowed {lowest:g} to {highest:g}")
    typer.echo(f'\n  [[fault]]\n  kind = "{name}"')
    for line in kind.example.splitlines():
        typer.echo(f"  {line}")
    typer.echo()
    for line in drawing(kind, household("classic-a")):
        typer.echo(f"  {line}")
