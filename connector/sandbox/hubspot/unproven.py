"""What the simulated portal does without proof, shown so that a rehearsal is not overrated."""

from __future__ import annotations

UNPROVEN = (
    "Tasks take a custom property with unique values, and tasks/batch/upsert works by it.",
    "A cleared value of any type is read as an empty text; recorded once, for a number, in February 2022.",
    "An upsert by email takes inputs that do not repeat the email in their properties.",
    "A unique value that is taken answers 400 CONFLICTING_UNIQUE_VALUE; the words are remembered, not recorded.",
    "A unique value is free again once its record is archived.",
    (
        "An update in a batch with unknown ids answers 207 OBJECT_NOT_FOUND; a refused value fails it whole unless "
        "every input has an objectWriteTraceId."
    ),
    (
        "A write of a value that is there already moves the modification instant, and so does a backward stage that is "
        "ignored."
    ),
    "The index follows after 1 to 30 s, evenly distributed; single documents overtake each other.",
    "Records with the same modification instant are found in the order of their ids.",
    "NEQ and NOT_IN pass over records without a value.",
    (
        "Companies and deals are touched 1 to 25 s after their creation, other activities after 0.3 to 0.9 s, "
        "contacts once more after 1 to 9 hours."
    ),
    (
        "Counters of a contact (num_notes, notes_last_updated, notes_next_activity_date ...) move 1 to 3 s after an "
        "activity was logged and move lastmodifieddate."
    ),
    "Stage instants (hs_v2_date_entered_*, hs_lifecyclestage_*_date) are stamped 2 to 6 s after a change.",
    "A deal moves its contacts to opportunity, a won one to customer, one second later (a portal's setting).",
    "Batches pass over ids of merged records without a word; single reads and association reads follow them.",
    "A merge adds counters and keeps the furthest stage; hs_merged_object_ids lists both old ids.",
    (
        "A booking through a meetings page has hs_meeting_source MEETINGS_PUBLIC (one live portal, October 2026); "
        "a meeting logged by a rep has CRM_UI; hs_object_source of a booking is MEETINGS."
    ),
    "Visits are page views after a pause of 30 minutes.",
    "A conversion is named by the form alone; a live portal puts the page's title before it.",
    "Attending a webinar joins a list and fills the properties webinars_attended and last_webinar_attended_date.",
    "An enumeration takes values of a people file that a real portal would refuse, as further options.",
    (
        "A search counts neither against the ten-second limit nor against its headers; associations have 150 in ten "
        "seconds; refused calls do not fill the windows but cost a call of the day."
    ),
    "The words of 423, 477 and 5xx answers, of refused searches and of refused definitions.",
    "Association types of notes, e-mails, meetings and calls with companies and deals.",
    "Associations are read at once after they were written.",
    "Labels of most properties, their groups for activities, and which properties exist beyond those recorded.",
    "A contact that was erased may be created again with the same e-mail.",
    "Property names are compared exactly, and every text may hold 65,536 characters on write.",
)
"""Behaviours that no recording and no document proves, in the words shown to an admin."""
