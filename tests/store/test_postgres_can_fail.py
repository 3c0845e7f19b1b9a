"""The facts about a failing PostgreSQL can fail: one wrong line at a time, each is noticed."""

from __future__ import annotations

from typing import Final

from tests.broken import Mutant, surviving

FACT: Final = "tests/store/test_postgres_failing.py::test_"
MUTANTS: Final = (
    Mutant(
        "connector.store.postgres",
        "            yield Turn(connection, insert)\n            connection.commit()\n",
        "            yield Turn(connection, insert)\n",
        f"{FACT}a_lost_connection_leaves_a_page_whole_or_not_at_all",
    ),
    Mutant(
        "connector.store.postgres_refusals",
        'return StoreStopped(f"The',
        'return StoreBroken(f"The',
        f"{FACT}a_server_that_takes_nothing_is_waited_for[53100-disk of the server is full]",
    ),
    Mutant(
        "connector.store.postgres",
        "            with translated(self._place), self._engine.connect() as connection:\n"
        "                versions.found(connection, self._place)\n        except",
        "            pass\n        except",
        f"{FACT}what_is_no_database_of_ours_is_said_with_what_to_do",
    ),
    Mutant(
        "connector.store.versions",
        'name=f"{VERSION_TABLE}_pkc"',
        'name="x"',
        f"{FACT}the_migrations_lead_to_the_schema_of_a_new_database",
    ),
)


def test_wrong_lines_are_noticed() -> None:
    """Each fails the fact it breaks."""
    assert surviving(MUTANTS) == []
