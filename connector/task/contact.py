"""
Who the person is and how they may be reached, by the names that fields commonly have; pure.

The convention. A telephone number is a declared field whose name has the word phone, mobile or telephone, an e-mail
address one of type e-mail. A boolean field named as in `NO_EMAIL` or `NO_CALL` forbids that channel when it is true;
false and empty permit it, because a CRM leaves the field empty for everybody who never opted out.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from connector.mapping.spec import FieldSpec, FieldType
from connector.model import Person
from connector.task.clean import clean, tidied
from connector.task.story import Reader

NO_EMAIL: Final = frozenset(
    {"opted_out", "opt_out", "email_opted_out", "email_opt_out", "opted_out_of_email", "do_not_email", "no_email"}
    | {"unsubscribed"}
)
NO_CALL: Final = frozenset({"do_not_call", "no_call", "no_calls", "phone_opted_out", "phone_opt_out"})

_PHONE_WORDS: Final = frozenset({"phone", "mobile", "telephone", "mobilephone"})
_FACTS: Final = 5
_SHOWN: Final = 80
_POSITION: Final = 60
_TOLD_ANYWAY: Final = frozenset({"first_name", "last_name", "company", "job_title"})


@dataclass(frozen=True, slots=True)
class Card:
    """
    One person as a rep gets to know them.

    Attributes:
        name: First and last name, else the e-mail address; empty when neither is known.
        position: Job title and company, where known.
        phones: Numbers, in the order of the declaration.
        email: Address; empty for none.
        no_call: They asked not to be called.
        no_email: They opted out of e-mail.
    """

    name: str
    position: tuple[str, ...]
    phones: tuple[str, ...]
    email: str
    no_call: bool
    no_email: bool


def shown(person: Person, name: str, reader: Reader) -> str:
    """Return the value of a field for people to read, cleaned; empty when it is empty."""
    return clean(reader.words.value(person.fields.get(name), reader.today, reader.zone), _SHOWN)


def card(person: Person, fields: Mapping[str, FieldSpec], reader: Reader) -> Card:
    """Return *person*'s card."""
    value = {name: shown(person, name, reader) for name in {*fields, *_TOLD_ANYWAY, "email", "phone"}}
    emails = [name for name, spec in fields.items() if spec.type is FieldType.EMAIL]
    phones = [name for name, spec in fields.items() if _is_phone(name, spec)]
    email = next((value[name] for name in ("email", *emails) if value[name]), "")
    full = " ".join(part for name in ("first_name", "last_name") if (part := tidied(value[name], _SHOWN)))
    return Card(
        name=full or email,
        position=tuple(part for name in ("job_title", "company") if (part := tidied(value[name], _POSITION))),
        phones=tuple(dict.fromkeys(value[name] for name in phones or ("phone",) if value[name])),
        email=email,
        no_call=any(person.fields.get(name) is True for name in NO_CALL),
        no_email=any(person.fields.get(name) is True for name in NO_EMAIL),
    )


def reached(one: Card, reader: Reader) -> tuple[str, ...]:
    """Return a sentence per channel: how, or why not."""
    words = reader.words
    if one.no_call:
        phone = words.say("phone.refused")
    else:
        phone = words.say("phone", numbers=words.listed(one.phones)) if one.phones else words.say("phone.none")
    if one.no_email:
        email = words.say("email.refused")
    else:
        email = words.say("email", address=one.email) if one.email else words.say("email.none")
    callable_now, writable_now = one.phones and not one.no_call, one.email and not one.no_email
    return (phone, email) if callable_now or writable_now else (phone, email, words.say("channel.none"))


def facts(person: Person, fields: Mapping[str, FieldSpec], names: Collection[str], reader: Reader) -> tuple[str, ...]:
    """Return what is on record in those of *names* that the card does not show anyway, at most a handful."""
    told = []
    for name in names:
        value = shown(person, name, reader)
        if value and not _on_card(name, fields):
            unit = fields[name].unit if name in fields else ""
            told.append(reader.words.say("fact", field=reader.words.field(name), value=f"{value} {unit}".strip()))
    return tuple(told[:_FACTS])


def worth_asking(fields: Mapping[str, FieldSpec], missing: Collection[str], reader: Reader) -> tuple[str, ...]:
    """Return the names of empty fields that the agreement asked for and a rep could ask the person."""
    return tuple(reader.words.field(name) for name in missing if not _on_card(name, fields, asked=True))[:_FACTS]


def _is_phone(name: str, spec: FieldSpec) -> bool:
    """Tell whether a field holds a telephone number."""
    return spec.type is FieldType.TEXT and bool(_PHONE_WORDS.intersection(name.lower().split("_")))


def _on_card(name: str, fields: Mapping[str, FieldSpec], *, asked: bool = False) -> bool:
    """Tell whether the card speaks of the field; a missing name, company or title is still worth asking."""
    spec = fields.get(name)
    if name in NO_EMAIL or name in NO_CALL or name in {"email", "phone"}:
        return True
    if spec is not None and (spec.type is FieldType.EMAIL or _is_phone(name, spec)):
        return True
    return name in _TOLD_ANYWAY and not asked
