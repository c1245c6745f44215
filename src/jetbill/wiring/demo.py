"""`jet demo`: the demo in a home and database of its own, so that it never touches real data."""

import os
import shutil
import time
from pathlib import Path

import click

from jetbill.running.home import jet_home, make_folder
from jetbill.running.postgres import stop_server


def demo_home() -> Path:
    """Where the demo lives, below the home of the real installation."""
    return jet_home() / "demo"


def run_demo() -> None:
    """Begin afresh, play the month, and say where to look."""
    begun = time.monotonic()
    home = _fresh_home()
    from jetbill.wiring.start import connect

    click.echo(f"The demo lives in {home} and begins afresh.")
    connect(tell=lambda sentence: click.echo(sentence))
    from jetbill.demo.month import Hands, play
    from jetbill.demo.summary import summary
    from jetbill.wiring.post import archive

    times = play(Hands(home, lambda sentence: click.echo(f"  {sentence}"), _work))
    for line in summary(home, archive(home), times, time.monotonic() - begun):
        click.echo(line)


def _fresh_home() -> Path:
    real, home = jet_home(), demo_home()
    if home.exists():
        stop_server(home)
        shutil.rmtree(home)
    make_folder(real, "demo")
    os.environ["JET_HOME"] = str(home)
    return home


def _work(kinds: tuple[str, ...]) -> None:
    from jetbill.demo.month import NOW
    from jetbill.running.worker import Pace, work_once
    from jetbill.wiring.plugs import jobs
    from jetbill.wiring.post import deliver_alone

    every = {**jobs(), "delivery.deliver": deliver_alone}
    mine = {kind: every[kind] for kind in kinds}
    while work_once(mine, lambda: NOW, Pace()):
        pass
