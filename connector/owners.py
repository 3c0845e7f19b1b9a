"""
Who gets the task: an owner chain, tried in order until somebody can take it; pure.

The rules. A step names one owner ("company owner", "record owner", "fallback", an e-mail, "queue: Inbound leads") or a
pool ("round robin: inbound"). Who is inactive or unknown to the CRM is skipped. Who already has the day's limit of
tasks is passed over; when everybody in the chain is full, the first who could take it keeps it and a brake holds it
until the next morning.

A pool shares each task equally among the members who are there: each is owed a part of it, and the one who is owed most
gets it whole, in the order of the file where that is equal. Absence is not repaid: who is away or full for the day is
owed nothing of what is given meanwhile, and comes back to an equal share, not to a flood.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, Protocol

from connector.agreement import Owners

BRAKE: Final = "tasks_per_owner_per_day"
"""Name of the brake that holds a task when everybody in its chain is full."""
ROUND_ROBIN: Final = "round robin:"
QUEUE: Final = "queue:"
"""A queue is named by this and the name that people see, in whatever case."""

_NOTHING: Final[Mapping[str, int]] = MappingProxyType({})
_NOTHING_OWED: Final[Mapping[str, float]] = MappingProxyType({})
_NOBODY: Final[Mapping[str, Rep]] = MappingProxyType({})
_NO_POOLS: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType({})
_PLACES: Final = 9
"""Decimal places of an owed part: far below the smallest real difference, far above the error of adding."""


class Rep(Protocol):
    """What has to be known of an owner; the adapters' `Owner` is one."""

    @property
    def id(self) -> str:
        """What the vendor's owner field takes."""

    @property
    def email(self) -> str:
        """Lower case."""

    @property
    def name(self) -> str:
        """For people to read."""

    @property
    def active(self) -> bool:
        """Whether they may get a task."""

    @property
    def queue(self) -> bool:
        """Whether it is a queue rather than a person."""

    @property
    def timezone(self) -> str:
        """IANA name; empty where the vendor does not tell."""


@dataclass(frozen=True, slots=True)
class Directory:
    """The owners that the CRM knows, by id, and as a configuration names them: by e-mail, a queue also by its name."""

    by_id: Mapping[str, Rep]
    by_name: Mapping[str, Rep]

    @staticmethod
    def of(reps: Iterable[Rep]) -> Directory:
        """
        Return the directory of *reps*.

        Of two with one e-mail the active one stands (people leave and come back), and a person rather than a queue.
        """
        every = sorted(reps, key=lambda rep: (rep.active, not rep.queue))
        by_name = {f"{QUEUE} {folded(rep.name)}": rep for rep in every if rep.queue}
        by_name |= {rep.email.lower(): rep for rep in every if rep.email}
        return Directory(MappingProxyType({rep.id: rep for rep in every}), MappingProxyType(by_name))


@dataclass(frozen=True, slots=True)
class Load:
    """
    What the owners have been given so far; kept by the caller from one choice to the next.

    Attributes:
        today: Tasks given today, by e-mail or whatever `known_as` says.
        shares: Per pool, by what the pool calls them: parts of a task that a member has coming, negative for one who is
            ahead. Saved with the tasks, as `shares_text`, or the round robin starts anew.
    """

    today: Mapping[str, int] = field(default_factory=lambda: _NOTHING)
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=lambda: _NO_POOLS)


@dataclass(frozen=True, slots=True)
class OwnerChoice:
    """
    Who gets one task, and why.

    Attributes:
        id: The vendor's owner id; empty when nobody in the chain can take it and the vendor shall decide.
        email: As an admin knows them, of a queue without an address its name; empty likewise.
        timezone: IANA name where the vendor tells; empty otherwise.
        step: The step of the chain that decided; empty when none did.
        reason: Plain sentence for an admin: why this one, and why not those before.
        brake: `BRAKE` when the task must wait for the next morning; empty otherwise.
    """

    id: str
    email: str = ""
    timezone: str = ""
    step: str = ""
    reason: str = ""
    brake: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """
    One task that is looking for an owner.

    Attributes:
        chain: The playbook's steps, in order.
        record_owner: The vendor's owner id of the person's record; empty for none.
        company_owner: Likewise of the primary company.
    """

    chain: tuple[str, ...]
    record_owner: str = ""
    company_owner: str = ""


@dataclass(frozen=True, slots=True)
class _Offer:
    """What one step has to offer, as it names them: who could take it at all, and who today; `why_not` when nobody."""

    able: Mapping[str, Rep] = field(default_factory=lambda: _NOBODY)
    free: Mapping[str, Rep] = field(default_factory=lambda: _NOBODY)
    why_not: str = ""


def choose_owner(
    asked: Asked, directory: Directory, owners: Owners, load: Load, daily_limit: int
) -> tuple[OwnerChoice, Load]:
    """
    Return who gets the task, and the load with it counted; a task that a brake holds is not counted.

    Args:
        asked: The task's chain and its records' owners.
        directory: Whom the CRM knows.
        owners: Pools and fallback.
        load: Counted up to now.
        daily_limit: Most tasks an owner gets on one day.
    """
    passed: list[str] = []
    waiting: tuple[str, _Offer] | None = None
    for step in asked.chain:
        offer = _offer(step, asked, directory, owners, load, daily_limit)
        if offer.free:
            name = _next(step, offer.free, load)
            counted = _counted(step, name, offer, owners, load)
            return _choice(step, offer.free[name], passed), counted
        if offer.able and waiting is None:
            waiting = step, offer
        passed.append(offer.why_not)
    if waiting is None:
        return OwnerChoice("", reason=_sentence("nobody in the chain can take it", passed)), load
    step, offer = waiting
    chosen = offer.able[_next(step, offer.able, load)]
    shown = known_as(chosen)
    why = _sentence(f"{shown or chosen.id} gets it on the next morning", passed)
    return OwnerChoice(chosen.id, shown, chosen.timezone, step, why, BRAKE), load


def members(step: str, owners: Owners) -> tuple[str, ...]:
    """Return the e-mails and queues that *step* names, as a directory names them; none for the owners of records."""
    if step == "fallback":
        return (named(owners.fallback),) if owners.fallback else ()
    if step.startswith(ROUND_ROBIN):
        return tuple(dict.fromkeys(named(one) for one in owners.pools.get(pool_of(step), ())))
    return (named(step),) if "@" in step or step.lower().startswith(QUEUE) else ()


def named(written: str) -> str:
    """Return an e-mail or "queue: NAME" in the one spelling under which a directory has it."""
    text = written.strip()
    if text.lower().startswith(QUEUE):
        return f"{QUEUE} {folded(text[len(QUEUE) :])}"
    return text.lower()


def folded(name: str) -> str:
    """Return a queue's name without what people do not see: case and doubled spaces."""
    return " ".join(name.lower().split())


def known_as(rep: Rep) -> str:
    """Return how an admin knows *rep*, lower case, which is also under what their tasks of the day are counted."""
    if rep.email:
        return rep.email.lower()
    return named(f"{QUEUE} {rep.name}") if rep.queue else ""


def pool_of(step: str) -> str:
    """Return the pool that "round robin: POOL" names."""
    return step.removeprefix(ROUND_ROBIN).strip()


def shares_text(shares: Mapping[str, Mapping[str, float]]) -> str:
    """Return what pools owe as JSON, for the store's notes."""
    return json.dumps({pool: dict(owed) for pool, owed in shares.items()}, sort_keys=True)


def shares_from(text: str) -> Mapping[str, Mapping[str, float]]:
    """
    Return what `shares_text` wrote; "" (nothing kept yet) owes nothing.

    Raises:
        ValueError: It is not what `shares_text` writes.
    """
    if not text:
        return _NO_POOLS
    kept = json.loads(text)
    if not isinstance(kept, dict) or not all(isinstance(owed, dict) for owed in kept.values()):
        raise ValueError("what is kept of the round robin is not a table of tables.")
    return MappingProxyType({
        pool: MappingProxyType({email: float(part) for email, part in owed.items()}) for pool, owed in kept.items()
    })


def shares_added(
    kept: Mapping[str, Mapping[str, float]], before: Mapping[str, Mapping[str, float]], load: Load
) -> Mapping[str, Mapping[str, float]]:
    """Return *kept* with what *load* has added since *before*: somebody else may have given tasks meanwhile."""
    pools = dict(kept)
    for pool, owed in load.shares.items():
        old, now = before.get(pool, _NOTHING_OWED), kept.get(pool, _NOTHING_OWED)
        parts = {one: now.get(one, 0.0) + part - old.get(one, 0.0) for one, part in owed.items()}
        pools[pool] = MappingProxyType({one: round(part, _PLACES) for one, part in parts.items()})
    return MappingProxyType(pools)


def _offer(  # noqa: PLR0913 - the arguments of choose_owner, and the step they are looked at for
    step: str, asked: Asked, directory: Directory, owners: Owners, load: Load, daily_limit: int
) -> _Offer:
    """Return whom *step* offers."""
    record_owners = {"company owner": asked.company_owner, "record owner": asked.record_owner}
    if step in record_owners:
        owner_id = record_owners[step]
        if not owner_id:
            return _Offer(why_not=f"there is no {step}")
        known = {owner_id: directory.by_id.get(owner_id)}
    else:
        known = {name: directory.by_name.get(name) for name in members(step, owners)}
    able = {name: rep for name, rep in known.items() if rep is not None and rep.active}
    free = {name: rep for name, rep in able.items() if load.today.get(known_as(rep), 0) < daily_limit}
    if free:
        return _Offer(able, free)
    return _Offer(able, why_not=_why_not(step, known, able, daily_limit))


def _why_not(step: str, known: Mapping[str, Rep | None], able: Mapping[str, Rep], daily_limit: int) -> str:
    """Return why *step* offers nobody today."""
    if not known:
        return f"{step} names nobody"
    if able:
        all_of = "has" if len(able) == 1 else "all have"
        names = ", ".join(known_as(rep) or rep.id for rep in able.values())
        return f"{step} ({names}) {all_of} {daily_limit} tasks today"
    each = [f"{known_as(rep) or rep.id} is inactive" if rep else f"{name} is unknown" for name, rep in known.items()]
    return f"{step}: {', '.join(each)}"


def _next(step: str, reps: Mapping[str, Rep], load: Load) -> str:
    """Return who of *reps* is owed most by the step's pool; the first where that is equal or there is no pool."""
    owed = load.shares.get(pool_of(step), _NOTHING_OWED) if step.startswith(ROUND_ROBIN) else _NOTHING_OWED
    return max(reps, key=lambda name: round(owed.get(name, 0.0), _PLACES))


def _counted(step: str, chosen: str, offer: _Offer, owners: Owners, load: Load) -> Load:
    """Return *load* with one more task for *chosen*, of which every member who was free had a part coming."""
    key = known_as(offer.free[chosen])
    counted = replace(load, today=MappingProxyType({**load.today, key: load.today.get(key, 0) + 1}))
    if not step.startswith(ROUND_ROBIN):
        return counted
    pool = pool_of(step)
    before = load.shares.get(pool, _NOTHING_OWED)
    now = {one: before.get(one, 0.0) for one in members(step, owners)}
    for name in offer.free:
        now[name] += 1 / len(offer.free)
    now[chosen] -= 1
    owed = MappingProxyType({one: round(part, _PLACES) for one, part in now.items()})
    return replace(counted, shares=MappingProxyType({**load.shares, pool: owed}))


def _choice(step: str, rep: Rep, passed: Sequence[str]) -> OwnerChoice:
    """Return the choice of *rep* with its reason."""
    name = known_as(rep)
    if step.startswith(ROUND_ROBIN):
        why = f"{name or rep.id} is next in {step}"
    else:
        itself = "@" in step or step.lower().startswith(QUEUE)
        why = f"{name or rep.id} stands in the chain" if itself else f"{name or rep.id} is the {step}"
    return OwnerChoice(rep.id, name, rep.timezone, step, _sentence(why, passed))


def _sentence(why: str, passed: Sequence[str]) -> str:
    """Return *why*, and after it why those before were passed over."""
    return f"{why}; {'; '.join(passed)}" if passed else why
