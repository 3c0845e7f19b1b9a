"""What the simulated org does without proof, shown so that a rehearsal is not overrated."""

from __future__ import annotations

UNPROVEN = (
    "Whether !=, NOT IN and NOT find records without a value; sources conflict, so it is a switch.",
    "The unique key of a task in the recycle bin is still taken; a switch.",
    "A unique custom field on Activity makes the creation of a task repeatable (reported, not recorded).",
    "An unlisted value of an unrestricted picklist (Lead.Status, Task.Status, Task.Priority) is stored.",
    "The words for a consumer, a secret or an assertion that the token endpoint refuses.",
    "The signature of a JWT assertion is not looked at, and any subject may have a token.",
    "After a move to another address the old one answers 401; the real one may forward for a while.",
    "The gauge in Sforce-Limit-Info is at most 5 calls off.",
    "The refusal of more than 200 records, 10 changes of type, 25 requests in one or 5 queries in one: LIMIT_EXCEEDED.",
    "The same id twice in one collection is refused as DUPLICATE_VALUE.",
    "A record given to a user who left is refused as INACTIVE_OWNER_OR_USER; the words are remembered.",
    "A queue that does not take the object, a lead and a related record on one activity: FIELD_INTEGRITY_EXCEPTION.",
    "A task for a converted lead is refused as CANNOT_UPDATE_CONVERTED_LEAD.",
    "A number where a text is expected is refused as JSON_PARSER_ERROR.",
    "Without Sforce-Auto-Assign: FALSE every write of a lead gives it to the rule's user.",
    "A held row refuses also tasks, events and memberships that point at it; for how long is up to the test.",
    "Requests inside a composite inherit the headers of the call around them.",
    "Results are frozen when they are asked for, and can be read on for two days.",
    "A bulk query job holds the rows of the instant it was made, waits 2 s and is done after 20 s.",
    "Only open tasks and coming events move to the contact of a converted lead; e-mails stay with the lead.",
    "A conversion makes a new account and a new contact; custom fields of the same name go along.",
    "Records deleted with a lead or contact: its tasks, events and memberships.",
    "Related e-mail people are told by FromAddress and ToAddress.",
    "What the file's people did on websites, in forms and in marketing e-mails leaves nothing in the org.",
    "Served in part: no composite graph, batch or tree, no bulk ingest, no search, no getUpdated, no SOAP.",
)
"""Assumptions, each a sentence for the admin."""
