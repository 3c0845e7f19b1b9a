"""
The part of docs/reference/commands.md that is made from the commands themselves.

`python -m tests.docs.commands` writes it anew; a test holds that it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, Final

from typer.main import get_command

from connector.cli.app import app

from tests.docs.pages import ROOT

PAGE: Final = ROOT / "docs" / "reference" / "commands.md"
BEGIN: Final = "<!-- commands: renewed by python -m tests.docs.commands -->\n"
END: Final = "<!-- end of commands -->\n"


def commands(found: Any = None, name: str = "") -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer's own type is private
    """Yield each command by its full name (`outbox list`), in the order in which they are declared."""
    found = found or get_command(app)
    inner = getattr(found, "commands", None)
    if inner is None:
        yield name, found
        return
    for word, one in inner.items():
        yield from commands(one, f"{name} {word}".strip())


def parameters(command: Any) -> list[Any]:  # noqa: ANN401 - as above
    """Return arguments and options of a command without --help."""
    return [one for one in command.params if "--help" not in one.opts]


def spelt(parameter: Any) -> str:  # noqa: ANN401 - as above
    """Return how a parameter is written: FILE, --config, --state (repeatable)."""
    if parameter.param_type_name == "argument":
        name = str(parameter.name).upper()
        several = parameter.nargs == -1 or getattr(parameter, "multiple", False)
        return f"{name}…" if several else name
    return ", ".join(one for one in parameter.opts if one.startswith("--"))


def made() -> str:
    """Return the sections of all commands."""
    return "\n".join(_section(name, command) for name, command in commands())


def _section(name: str, command: Any) -> str:  # noqa: ANN401 - as above
    """Return one command: what it does, how it is called, and its arguments and options."""
    own = parameters(command)
    words = [f"[{spelt(one)}]" if not one.required else spelt(one) for one in own if one.param_type_name == "argument"]
    words += ["[OPTIONS]"] if any(one.param_type_name == "option" for one in own) else []
    lines = [f"### {name}", "", (command.help or "").strip(), "", f"`{' '.join(['connector', name, *words])}`", ""]
    if own:
        lines += ["| | default | what it says |", "| --- | --- | --- |"]
        lines += [f"| `{spelt(one)}` | {_default(one)} | {_says(one)} |" for one in own]
        lines.append("")
    return "\n".join(lines)


def _default(parameter: Any) -> str:  # noqa: ANN401 - as above
    """Return the default as it is written, nothing for none."""
    value = parameter.default
    if isinstance(value, Enum):
        value = value.value
    return "" if parameter.required or value is None or value is False else f"`{value}`"


def _says(parameter: Any) -> str:  # noqa: ANN401 - as above
    """Return the help text, with the words that may be given."""
    kind = parameter.type_descriptor.annotation
    choices = [str(one.value) for one in kind] if isinstance(kind, type) and issubclass(kind, Enum) else []
    several = " May be given several times." if getattr(parameter, "multiple", False) else ""
    return f"{parameter.help}{' One of: ' + ', '.join(choices) + '.' if choices else ''}{several}"


def renewed(text: str) -> str:
    """Return the page *text* with its made part made anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{made()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(renewed(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
