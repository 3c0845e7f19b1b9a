"""What is posted to systems that cannot be read: templates that name what there is, addresses that may be posted to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from connector.adapters.webhook.sending_options import TEMPLATES, SendingOptions, leads_inside, template_of
from connector.adapters.webhook.templates import faults
from connector.config.draft import Draft
from connector.owners import members
from connector.problems import Path


def name_owners(draft: Draft) -> None:
    """Tell the tasks' home whom tasks can go to, for a system that has no directory of its own."""
    home, owners = draft.home, draft.owners
    if home is None or owners is None or home.tasks not in draft.systems:
        return
    pools = (f"round robin: {pool}" for pool in owners.pools)
    steps = ("fallback", *pools, *(step for playbook in draft.playbooks for step in playbook.owner))
    found = dict.fromkeys(name for step in steps for name in members(step, owners))
    system = draft.systems[home.tasks]
    draft.systems[home.tasks] = replace(system, wanted=replace(system.wanted, owners=tuple(found)))


def templates_name_what_there_is(draft: Draft) -> None:
    """Every placeholder stands for something, and every system that is written to has an address that may be had."""
    for name, options in _sending(draft):
        written = {target for one in draft.mappings[name].objects for target in one.write.values()}
        names = {
            "person": tuple(draft.fields),
            "score": sorted({*draft.score_names(), "total"}),
            "fields": sorted(written),
        }
        for kind, key in TEMPLATES.items():
            template = template_of(options, kind)
            if template is None:
                continue
            base: Path = ("systems", name, key)
            for fault in faults(template, kind, names):
                if template.file:
                    inside = ".".join(map(str, fault.place))
                    draft.wrong((*base, "file"), f"{template.file}, {inside}: {fault.message}", fault.hint)
                else:
                    draft.wrong((*base, *fault.place), fault.message, fault.hint)


def addresses_that_may_be_posted_to(draft: Draft) -> None:
    """Who is written to has an address, and one that is connected to as far as it shows."""
    for name, options in _sending(draft):
        home = draft.home
        if options.send_to is None:
            given = "send_to" in draft.sheet.given["systems"][name]
            if not given and home is not None and (name == home.tasks or name in home.stages):
                hint = 'Add send_to = "https://…", the address that takes them.'
                draft.wrong(("systems", name), f"nothing says where what is written to {name} is posted.", hint)
            continue
        reason = leads_inside(options)
        if reason:
            hint = "Use an address of the public Internet under https, or list it in allow_addresses."
            draft.wrong(("systems", name, "send_to"), f"this is not posted to: {reason}.", hint)


def what_cannot_be_seen(draft: Draft) -> None:
    """A condition about what the tasks' home holds says nothing where the home cannot be read."""
    home = draft.home
    if home is None or home.tasks not in dict(_sending(draft)):
        return
    for index, playbook in enumerate(draft.playbooks):
        if playbook.unless.open_deal:
            message = f"{home.tasks} cannot be asked for deals, so that this never speaks against a task."
            draft.doubtful(("task", index, "unless"), message, "Leave it out, or give tasks to a CRM that has deals.")


def _sending(draft: Draft) -> Iterator[tuple[str, SendingOptions]]:
    """Yield the systems that are posted to."""
    for name, system in draft.systems.items():
        if isinstance(system.options, SendingOptions):
            yield name, system.options
