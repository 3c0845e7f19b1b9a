"""The commands and their options; each one imports what it does only when it is called."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    name="connector",
    help="Decides by your own agreement who is MQL and SQL, writes it to the CRM, and gives sales the task.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
outbox = typer.Typer(help="Writes that wait, were refused, or are held.", no_args_is_help=True)
webhook = typer.Typer(help="What systems send by themselves.", no_args_is_help=True)
db = typer.Typer(help="The store's schema.", no_args_is_help=True)
sandbox = typer.Typer(help="A simulated CRM on this machine, for a rehearsal.", no_args_is_help=True)
app.add_typer(outbox, name="outbox")
app.add_typer(webhook, name="webhook")
app.add_typer(db, name="db")
app.add_typer(sandbox, name="sandbox")

File = Annotated[
    Path | None,
    typer.Argument(help="The configuration; CONNECTOR_CONFIG, else config.toml, when left out.", show_default=False),
]
ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", help="The configuration; CONNECTOR_CONFIG, else config.toml, when left out."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


class ReportKind(StrEnum):
    """What can be reported."""

    CONVERSION = "conversion"
    FUNNEL = "funnel"


class Format(StrEnum):
    """How a report is printed."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


class Limits(StrEnum):
    """Whether the sandbox enforces the vendor's limits."""

    REAL = "real"
    OFF = "off"


@app.command()
def demo(
    people: Annotated[Path | None, typer.Option(help="People file (JSON Lines) instead of the bundled sample.")] = None,
    config: ConfigFile = None,
    *,
    json: Json = False,
    serve: Annotated[bool, typer.Option(help="Leave the sandbox running afterwards, to look around.")] = False,
) -> None:
    """Sync a sandbox CRM with sample people, no account needed; print the funnel and some of the tasks."""
    from connector.cli import demonstrate  # noqa: PLC0415 - see the module's first line

    raise typer.Exit(demonstrate.demo(people, config, as_json=json, stay=serve))


@app.command()
def init(
    path: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("config.toml"),
    crm: Annotated[str, typer.Option(help="The CRM to begin with: hubspot, salesforce or both.")] = "hubspot",
    *,
    force: Annotated[bool, typer.Option(help="Overwrite a file that is there.")] = False,
) -> None:
    """Write a commented configuration and its schema for the editor."""
    from connector.cli import check  # noqa: PLC0415 - see the module's first line

    raise typer.Exit(check.init(path, crm, force=force))


@app.command()
def validate(
    file: File = None,
    *,
    online: Annotated[bool, typer.Option(help="Also ask the CRM: fields, options, owners, scopes, task key.")] = False,
    json: Json = False,
) -> None:
    """Check the configuration and print every problem with its place."""
    from connector.cli import check  # noqa: PLC0415 - see the module's first line

    raise typer.Exit(check.validate(file, online=online, as_json=json))


@app.command("test")
def check(file: File = None, *, json: Json = False) -> None:
    """Run the [[tests]] that are written in the configuration."""
    from connector.cli import check  # noqa: PLC0415 - see the module's first line

    raise typer.Exit(check.test(file, as_json=json))


@app.command()
def setup(
    config: ConfigFile = None,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Create them; without it they are only listed.")] = False,
) -> None:
    """Create the CRM fields of our own that the configuration needs: the task key and the result fields."""
    from connector.cli import check  # noqa: PLC0415 - see the module's first line

    raise typer.Exit(check.setup(config, yes=yes))


@app.command()
def plan(
    config: ConfigFile = None,
    *,
    json: Json = False,
    detailed_exitcode: Annotated[bool, typer.Option(help="Exit 3 when there are changes.")] = False,
) -> None:
    """Show what a sync would write now, and why; writes nothing to the CRM."""
    from connector.cli import planning  # noqa: PLC0415 - see the module's first line

    raise typer.Exit(planning.plan(config, as_json=json, detailed=detailed_exitcode))


@app.command()
def sync(
    config: ConfigFile = None,
    allow: Annotated[
        list[str] | None, typer.Option(help="Let a brake pass more this once: stage_changes=3000.", metavar="BRAKE=N")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Do one pass: pull, evaluate, deliver."""
    from connector.cli import passes  # noqa: PLC0415 - see the module's first line

    raise typer.Exit(passes.sync(config, tuple(allow or ()), as_json=json))


@app.command()
def run(config: ConfigFile = None) -> None:
    """Run the daemon: a pass on schedule, until SIGTERM; SIGHUP reads the configuration again."""
    from connector.cli import daemon  # noqa: PLC0415 - see the module's first line

    raise typer.Exit(daemon.run(config))


@app.command()
def explain(
    person: Annotated[str, typer.Argument(help="E-mail address, CRM id, or our own id.")],
    config: ConfigFile = None,
    *,
    json: Json = False,
) -> None:
    """Show one person's score line by line, each criterion with what was found, what is missing, and the history."""
    from connector.cli import explaining  # noqa: PLC0415 - see the module's first line

    raise typer.Exit(explaining.explain(person, config, as_json=json))


@app.command()
def report(
    kind: Annotated[ReportKind, typer.Argument(help="Which report.")],
    config: ConfigFile = None,
    by: Annotated[
        str, typer.Option(help="Cohorts by month, week, agreement, or the value of a declared field.")
    ] = "month",
    output: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TABLE,
) -> None:
    """Print the MQL→SQL conversion or the funnel, from our own ledger."""
    from connector.cli import reports  # noqa: PLC0415 - see the module's first line

    raise typer.Exit(reports.report(kind.value, config, by, output.value))


@app.command()
def status(config: ConfigFile = None, *, json: Json = False) -> None:
    """Show cursors, backlog, budget, what is down, and the last runs."""
    from connector.cli import overview  # noqa: PLC0415 - see the module's first line

    raise typer.Exit(overview.status(config, as_json=json))


@app.command()
def version() -> None:
    """Print the version."""
    from connector import __version__  # noqa: PLC0415 - see the module's first line

    typer.echo(f"connector {__version__}")


@app.command()
def healthcheck(config: ConfigFile = None) -> None:
    """Exit 0 when the daemon says that it is well; where it listens to nobody, when its heart has beaten lately."""
    from connector.cli import pulse  # noqa: PLC0415 - see the module's first line

    raise typer.Exit(pulse.healthcheck(config))


Ids = Annotated[list[int] | None, typer.Argument(help="Ids from the list.")]
States = Annotated[list[str] | None, typer.Option("--state", help="held, pending, unknown, parked, dropped, done.")]
OfSystem = Annotated[str, typer.Option("--system", help="Only those of this system, as in [systems.NAME].")]
OfKind = Annotated[str, typer.Option("--kind", help="Only those of this kind: task, stage or fields.")]
OfPerson = Annotated[str, typer.Option("--person", help="Only one person's: e-mail address, CRM id, or our own id.")]
ForReason = Annotated[str, typer.Option("--reason", help="Only those whose reason has these words.")]
Since = Annotated[str, typer.Option("--since", help='Only those from then on: "2 days", or a day such as 2026-11-24.')]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
Deliveries = Annotated[bool, typer.Option("--quarantine", help="Deliveries that were put aside, instead of writes.")]


@outbox.command("list")
def outbox_list(  # noqa: PLR0913 - the command has these switches
    ids: Ids = None,
    config: ConfigFile = None,
    state: States = None,
    system: OfSystem = "",
    kind: OfKind = "",
    person: OfPerson = "",
    reason: ForReason = "",
    since: Since = "",
    limit: Annotated[int, typer.Option(help="Most rows.")] = 100,
    *,
    quarantine: Annotated[
        bool, typer.Option("--quarantine", help="What could not be mapped (rows, deliveries), instead of writes.")
    ] = False,
    json: Json = False,
) -> None:
    """List writes that are not done, with the vendor's own words."""
    from connector.cli import choosing, waiting  # noqa: PLC0415 - see the module's first line

    asked = choosing.Asked(tuple(ids or ()), tuple(state or ()), system, kind, person, reason, since)
    raise typer.Exit(waiting.show(config, asked, limit, quarantine=quarantine, as_json=json))


@outbox.command("retry")
def outbox_retry(  # noqa: PLR0913 - the command has these switches
    ids: Annotated[list[int] | None, typer.Argument(help="Ids from the list; all parked ones when left out.")] = None,
    config: ConfigFile = None,
    system: OfSystem = "",
    kind: OfKind = "",
    person: OfPerson = "",
    reason: ForReason = "",
    since: Since = "",
    *,
    quarantine: Deliveries = False,
    yes: Yes = False,
) -> None:
    """Let parked writes go again with the next pass; what goes is shown first."""
    from connector.cli import choosing, waiting  # noqa: PLC0415 - see the module's first line

    asked = choosing.Asked(tuple(ids or ()), (), system, kind, person, reason, since)
    raise typer.Exit(waiting.retry(config, asked, quarantine=quarantine, yes=yes))


@outbox.command("drop")
def outbox_drop(  # noqa: PLR0913 - the command has these switches
    ids: Ids = None,
    config: ConfigFile = None,
    state: States = None,
    system: OfSystem = "",
    kind: OfKind = "",
    person: OfPerson = "",
    reason: ForReason = "",
    since: Since = "",
    note: Annotated[str, typer.Option(help="Why, for the record.")] = "dropped by an admin",
    *,
    quarantine: Deliveries = False,
    yes: Yes = False,
) -> None:
    """Give writes up for good; what is given up is shown first."""
    from connector.cli import choosing, waiting  # noqa: PLC0415 - see the module's first line

    asked = choosing.Asked(tuple(ids or ()), tuple(state or ()), system, kind, person, reason, since)
    raise typer.Exit(waiting.drop(config, asked, note, quarantine=quarantine, yes=yes))


Payload = Annotated[Path, typer.Argument(help="File with the body; .form for a form, anything else for JSON.")]
Headers = Annotated[list[str] | None, typer.Option("--header", help='A header beside it, "Name: value"; repeatable.')]


@webhook.command("test")
def webhook_test(
    name: Annotated[str, typer.Argument(help="The system, as in [systems.NAME].")],
    payload: Payload,
    config: ConfigFile = None,
    header: Headers = None,
    *,
    json: Json = False,
) -> None:
    """Show what a payload would become: person, fields, engagement, problems; nothing is stored."""
    from connector.cli import webhooks  # noqa: PLC0415 - see the module's first line

    raise typer.Exit(webhooks.test(config, name, payload, tuple(header or ()), as_json=json))


@webhook.command("send")
def webhook_send(  # noqa: PLR0913 - the command has these switches
    name: Annotated[str, typer.Argument(help="The system, as in [systems.NAME].")],
    payload: Payload,
    config: ConfigFile = None,
    header: Headers = None,
    url: Annotated[str, typer.Option(help="Where the daemon listens; [web] listen when left out.")] = "",
    id: Annotated[str, typer.Option(help="Id of the delivery; a new one when left out.")] = "",  # noqa: A002 - the switch's name
    *,
    json: Json = False,
) -> None:
    """Sign a sample as its sender would and post it to the running daemon."""
    from connector.cli import knocking  # noqa: PLC0415 - see the module's first line

    raise typer.Exit(knocking.send(config, name, payload, tuple(header or ()), url, id, as_json=json))


@db.command("upgrade")
def db_upgrade(config: ConfigFile = None) -> None:
    """Bring the store's schema to this program's."""
    from connector.cli import overview  # noqa: PLC0415 - see the module's first line

    raise typer.Exit(overview.db_upgrade(config))


@db.command("current")
def db_current(config: ConfigFile = None) -> None:
    """Print the store's schema version and the one this program needs."""
    from connector.cli import overview  # noqa: PLC0415 - see the module's first line

    raise typer.Exit(overview.db_current(config))


@sandbox.command("hubspot")
def sandbox_hubspot(  # noqa: PLR0913 - a sandbox has these switches
    port: Annotated[int, typer.Option(help="Port on loopback; 0 picks a free one.")] = 8700,
    people: Annotated[Path | None, typer.Option(help="People file (JSON Lines) instead of the bundled sample.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same portal.")] = 0,
    log: Annotated[Path | None, typer.Option(help="Append each exchange to this file as a JSON line.")] = None,
    limits: Annotated[Limits, typer.Option(help="Enforce HubSpot's limits, or none.")] = Limits.REAL,
    latency: Annotated[int, typer.Option(help="Milliseconds that each answer takes longer.")] = 0,
    *,
    bare: Annotated[bool, typer.Option(help="A portal without any field of ours.")] = False,
) -> None:
    """Serve a simulated HubSpot portal until Ctrl-C."""
    from connector.cli import sandboxes  # noqa: PLC0415 - see the module's first line

    raise typer.Exit(
        sandboxes.hubspot(port, people, seed=seed, log=log, limits=limits.value, latency=latency, bare=bare)
    )


@sandbox.command("salesforce")
def sandbox_salesforce(  # noqa: PLR0913 - a sandbox has these switches
    port: Annotated[int, typer.Option(help="Port on loopback; 0 picks a free one.")] = 8800,
    people: Annotated[Path | None, typer.Option(help="People file (JSON Lines) instead of the bundled sample.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same org.")] = 0,
    log: Annotated[Path | None, typer.Option(help="Append each exchange to this file as a JSON line.")] = None,
    limits: Annotated[Limits, typer.Option(help="Enforce Salesforce's limit of calls, or none.")] = Limits.REAL,
    latency: Annotated[int, typer.Option(help="Milliseconds that each answer takes longer.")] = 0,
    *,
    bare: Annotated[bool, typer.Option(help="An org without any field of ours.")] = False,
) -> None:
    """Serve a simulated Salesforce org until Ctrl-C; consumer key and secret are both `demo`."""
    from connector.cli import sandboxes  # noqa: PLC0415 - see the module's first line

    raise typer.Exit(
        sandboxes.salesforce(port, people, seed=seed, log=log, limits=limits.value, latency=latency, bare=bare)
    )
