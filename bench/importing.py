"""Bundle import and export: rows per second, and what comes out is what went in.

A made-up organisation is written to a database, exported, imported into an empty one, and exported again.
"""

import argparse
import filecmp
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.orm import Session

from bench import site
from bench.places import Place, add_option, application, dispose, places
from bench.processes import memory_mb
from bench.tables import Table, thousands
from hmswiki.foundation import bundles, clock
from hmswiki.web.context import state


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--people", type=int, default=10_000, help="(default: 10000)")
    parser.add_argument("--guidelines", type=int, default=16, help="half of all is acknowledged (default: 16)")
    add_option(parser)


def run(asked: argparse.Namespace) -> Iterator[Table]:
    table = Table(
        "Bundles", ("database", "rows", "MB of files", "export s", "rows/s out", "import s", "rows/s in", "identical")
    )
    with places(asked.database) as found:
        for place in found:
            _measure(table, place, site.Size(asked.people, asked.guidelines))
    table.notes.append(f"The most memory that the process had during all this: {memory_mb(field='VmHWM'):,.0f} MB.")
    yield table


def _measure(table: Table, place: Place, size: site.Size) -> None:
    address = place.migrated()
    app = application(address, place.folder)
    with app.app_context(), state(app).engines.write.begin() as connection:
        site.fill(connection, size, today=site.today())
    dispose(app)
    first, second = place.folder / "first", place.folder / "second"
    written, out = _export(place, address, first)
    other = place.migrated()
    app = application(other, place.folder)
    begun = time.perf_counter()
    with app.app_context(), Session(state(app).engines.write) as session:
        read = sum(_imported(session, app.extensions["hmswiki"].wiki.record_kinds, first).values())
        session.commit()
    into = time.perf_counter() - begun
    dispose(app)
    _export(place, other, second)
    names = sorted(file.name for file in first.iterdir())
    same = names == sorted(file.name for file in second.iterdir()) and not any(
        filecmp.cmpfiles(first, second, names, shallow=False)[1:]
    )
    if not same or read != written:
        raise SystemExit(f"{written} rows went in and {read} came out, and the files are {'' if same else 'not '}same.")
    size_mb = sum(file.stat().st_size for file in first.iterdir()) / 1e6
    table.rows.append(
        (place.name, thousands(written), f"{size_mb:.1f}", f"{out:.1f}", thousands(written / out), f"{into:.1f}",
         thousands(read / into), "yes")
    )  # fmt: skip
    place.drop(address)
    place.drop(other)


def _imported(session: Session, kinds: list[bundles.RecordKind], path: Path) -> dict[str, int]:
    return bundles.import_bundle(session, path, kinds, at=clock.now(), progress=lambda line: None)


def _export(place: Place, address: str, path: Path) -> tuple[int, float]:
    """Rows, and seconds."""
    app = application(address, place.folder)
    begun = time.perf_counter()
    with Session(state(app).engines.read) as session:
        counts = bundles.export_bundle(
            session, path, state(app).wiki.record_kinds,
            with_secrets=False, exported_by="bench", progress=lambda line: None,
        )  # fmt: skip
    seconds = time.perf_counter() - begun
    dispose(app)
    return sum(counts.values()), seconds
