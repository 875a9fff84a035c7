"""`hmswiki demo`: the invented faculty, ready to use, in `./hmswiki-demo/`."""

import click


@click.command()
def demo() -> None:
    """placeholder until the content's reader is there"""
