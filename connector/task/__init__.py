"""
What the sales rep reads: one task with its subject, text, owner and due time; pure.

A task begins with the one thing to know, dated, then says how the person may be reached, what to say, what happened
(newest first), how the scores add up, and how to say no. It never has a score in its headline. Everything that came
from outside is cleaned and escaped; there are no links.
"""

from __future__ import annotations

from connector.task.create import create_task, priority, task_key
from connector.task.subject import KNOWN, placeholders, unknown_placeholders

__all__ = ["KNOWN", "create_task", "placeholders", "priority", "task_key", "unknown_placeholders"]
