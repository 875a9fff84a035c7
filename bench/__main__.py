"""`python -m bench [NAME …]`: run measurements, in turn. `python -m bench NAME --help` tells its options."""

import argparse
import sys
from collections.abc import Sequence
from itertools import takewhile

from bench import acknowledging, answering, coverage, importing, meeting, overviews, reading, starting
from bench.tables import machine

MEASUREMENTS = {
    "reading": reading,
    "coverage": coverage,
    "acknowledging": acknowledging,
    "answering": answering,
    "importing": importing,
    "meeting": meeting,
    "overviews": overviews,
    "starting": starting,
}


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in ("-h", "--help"):
        print(__doc__.strip() + "\n\n" + "\n".join(f"  {name:14} {_what(name)}" for name in MEASUREMENTS))
        return 0
    names = list(takewhile(lambda word: word in MEASUREMENTS, given))
    options = given[len(names) :]
    if options and len(names) != 1:
        print(f"Name one of {', '.join(MEASUREMENTS)}, and then its options; not {options[0]}.", file=sys.stderr)
        return 2
    for name in names or MEASUREMENTS:
        measurement = MEASUREMENTS[name]
        parser = argparse.ArgumentParser(prog=f"python -m bench {name}", description=_what(name))
        measurement.add_options(parser)
        asked = parser.parse_args(options)
        print(f"\n## {name}\n\n{machine()}\n", flush=True)
        for table in measurement.run(asked):
            print(table, flush=True)
    return 0


def _what(name: str) -> str:
    return (MEASUREMENTS[name].__doc__ or "").strip().splitlines()[0]


if __name__ == "__main__":
    sys.exit(main())
