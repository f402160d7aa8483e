"""`wattloom inject`: faults, with labels, for somebody's own recording."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def inject(
    file: Annotated[str, typer.Argument(help="CSV (.gz too), Parquet or Arrow; FILE#A chooses one of several homes.")],
    faults: Annotated[str, typer.Option(help="Fault plan: built in, or a TOML file.")],
    out: Annotated[Path, typer.Option(help="Folder to write into; made if it is not there.")],
    zone: Annotated[str | None, typer.Option(help="Zone of times without an offset. [default: this machine's]")] = None,
    seed: Annotated[int, typer.Option(help="Another seed puts the faults elsewhere.")] = 0,
    label_columns: Annotated[bool, typer.Option("--label-columns", help="Name the fault in each faulty row.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """Write the faulty twin of a recording and the labels.

    The twin is with_errors/NAME.csv and labels.csv, or .parquet where the recording is Parquet.

    Example: wattloom inject home.csv --faults rare --out faulty
    """
    import pyarrow.parquet as pq

    from wattloom.cli.options import fault_plan
    from wattloom.faults import flaws
    from wattloom.faults import inject as put_into
    from wattloom.recording import read_recording
    from wattloom.sinks import FORMATS, Layout, folder_name, table
    from wattloom.staging import Staging

    plan = fault_plan(faults)
    recording = read_recording(file, zone=zone, seed=seed)
    twin = put_into(recording, plan)
    if own := flaws(recording):
        typer.echo(f"wattloom: {file} has flaws of its own, which are kept ({own}).", err=True)
    columnar, marks = recording_is_parquet(file), twin.marks if label_columns else None
    with Staging(out, force) as staging:
        if columnar:
            columns = table(twin.rows, recording.meters, marks)
            pq.write_table(columns, staging.path(f"with_errors/{folder_name(recording.name)}.parquet"))
        else:
            sink = FORMATS["csv"].sink(Layout(staging, "with_errors", [recording], [], together=False))
            sink.write(recording.calendar.day(recording.span[0]), [twin.rows], [marks] if marks else None)
            sink.close()
        written = FORMATS["parquet" if columnar else "csv"].labels(staging)
        written.write(recording, twin.labels)
        written.close()
        paths = staging.commit()
    typer.echo(f"{', '.join(map(str, paths))}: {len(twin.rows)} rows, {twin.labels.num_rows} labels")


def recording_is_parquet(file: str) -> bool:
    """Whether a file's name, without the choice of a home, ends as Parquet does."""
    return Path(file.partition("#")[0]).suffix.lower() in (".parquet", ".pq")
