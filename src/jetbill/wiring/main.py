"""The command `jet` with everything plugged in."""

from jetbill.doors.cli.main import main as run
from jetbill.doors.cli.plugs import Plugs
from jetbill.running import clock
from jetbill.running.compiled_code import keep_compiled_code
from jetbill.running.crew import spawn
from jetbill.running.home import jet_home


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    keep_compiled_code()
    plugs = Plugs(
        set_up=_set_up,
        connect=_connect,
        home=jet_home,
        up=_up,
        migrate=_migrate,
        now=clock.now,
        spawn=spawn,
        demo=_demo,
    )
    run(arguments, plugs=plugs)


def _set_up() -> None:
    from jetbill.wiring.start import set_up

    set_up()


def _connect() -> None:
    import click

    from jetbill.wiring.start import connect

    connect(tell=lambda sentence: click.echo(sentence, err=True))


def _up(workers: int) -> None:
    from jetbill.wiring.process import up

    up(workers)


def _demo() -> None:
    from jetbill.wiring.demo import run_demo

    run_demo()


def _migrate() -> None:
    from jetbill.running.postgres import ensure_server
    from jetbill.wiring.start import set_up

    address = ensure_server(jet_home())
    set_up()
    from jetbill.wiring.migrate import migrate

    migrate(address)


if __name__ == "__main__":
    main()
