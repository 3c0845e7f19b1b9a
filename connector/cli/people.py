"""How a person is called where an admin reads about them."""

from __future__ import annotations

from connector.model import Person


def called(person: Person) -> str:
    """Return name and company, else the e-mail address, else our own id."""
    name = " ".join(str(person.fields[one]) for one in ("first_name", "last_name") if person.fields.get(one))
    company = f" ({person.fields['company']})" if person.fields.get("company") else ""
    return f"{name or person.fields.get('email') or f'person {person.id}'}{company}"
