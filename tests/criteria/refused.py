"""Criteria and rules with a mistake, and what is said of each: place, message, hint."""

from __future__ import annotations

from typing import Final

REFUSED: Final = {
    '{ field = "employes", at_least = 50 }': [
        ("mql.field", 'no field "employes" is declared.', 'Did you mean "employees"?'),
    ],
    '{ field = "employees", at_lest = 50 }': [
        ("mql.at_lest", 'unknown key "at_lest".', 'Did you mean "at_least"?'),
    ],
    '{ field = "employees" }': [
        ("mql", "nothing is asked of employees.", "Compare it with one of equals, in, at_least, at_most, is_set."),
    ],
    '{ field = "employees", has_word = "many" }': [
        (
            "mql.has_word",
            '"has_word" makes no sense for employees, which is an integer.',
            "It can be compared with equals, in, at_least, at_most and is_set.",
        ),
    ],
    '{ field = "employees", at_least = "50" }': [
        ("mql.at_least", 'a number was expected, not "50".', "Write 50 without quotes."),
    ],
    '{ field = "employees", at_least = "many" }': [
        ("mql.at_least", 'a number was expected, not "many".', "Write a number such as 50."),
    ],
    '{ field = "employees", at_least = nan }': [
        ("mql.at_least", "a number was expected, not nan.", "Write a number such as 50."),
    ],
    '{ field = "employees", in = 5 }': [
        ("mql.in", "a list was expected, not 5.", "Write it in square brackets: [ … ]."),
    ],
    '{ field = "employees", in = [5, "six"] }': [
        ("mql.in.1", 'a number was expected, not "six".', "Write a number such as 50."),
    ],
    '{ field = "employees", in = [] }': [
        ("mql.in", "a list was expected, not an empty one.", "Write it in square brackets: [ … ]."),
    ],
    "{ field = 5, equals = 5 }": [
        ("mql.field", "a text was expected, not 5.", 'Write it in quotes: "5".'),
    ],
    '{ field = "grade", at_least = "B+" }': [
        ("mql.at_least", 'grade has no option "B+".', 'Did you mean "B"?'),
    ],
    '{ field = "industry", at_least = "software" }': [
        (
            "mql.at_least",
            '"at_least" needs an order, and industry has none.',
            "List its options from least to most in [fields], or use `in`.",
        ),
    ],
    '{ field = "checked", equals = "true" }': [
        ("mql.equals", 'true or false was expected, not "true".', "Write true or false, without quotes."),
    ],
    '{ field = "renews_on", within = "14" }': [
        ("mql.within", '"14" has no unit.', 'Write "14 days" or "2 weeks".'),
    ],
    '{ field = "renews_on", in_next = "90 minutes" }': [
        ("mql.in_next", 'renews_on is a date and has no hours, found "90 minutes".', "Write whole days."),
    ],
    '{ field = "renews_on", at_least = "2026-11-01" }': [
        ("mql.at_least", 'a date was expected, not "2026-11-01".', "Write it without quotes: 2026-11-01."),
    ],
    '{ field = "renews_on", equals = 2026-11-01T09:00:00Z }': [
        ("mql.equals", "a date was expected, not 2026-11-01 09:00:00+00:00.", "Write it without quotes: 2026-11-01."),
    ],
    '{ field = "trial_ends_at", at_most = 2026-11-01T09:00:00 }': [
        (
            "mql.at_most",
            "an instant with an offset was expected, not 2026-11-01 09:00:00.",
            "Write it without quotes: 2026-11-01T09:00:00+01:00.",
        ),
    ],
    '{ field = "trial_ends_at", within = "0 days" }': [
        ("mql.within", '"0 days" is no time at all.', 'Write a longer span, such as "1 day".'),
    ],
    '{ field = "email", domain_in = "freemail" }': [
        ("mql.domain_in", '"freemail" is no domain.', 'Did you mean "free-mail"?'),
    ],
    '{ field = "email", domain_in = { file = "competitor.txt" } }': [
        (
            "mql.domain_in.file",
            '"competitor.txt" cannot be read: No such file or directory.',
            "The path starts at the folder of the configuration; one entry a line.",
        ),
    ],
    '{ field = "email", domain_in = { fil = "competitors.txt" } }': [
        ("mql.domain_in.fil", 'unknown key "fil".', 'Did you mean "file"?'),
        ("mql.domain_in", "the table names no file.", 'Write { file = "names.txt" }.'),
    ],
    '{ field = "email", domain_in = { file = "empty.txt" } }': [
        ("mql.domain_in.file", '"empty.txt" has no entries.', "Write one entry a line."),
    ],
    '{ field = "email", domain_in = { file = "odd.txt" } }': [
        ("mql.domain_in", '"not a domain" is no domain (in odd.txt).', 'Write it as "acme.com".'),
    ],
    '{ field = "email", domain_in = ["acme.com", "acme"] }': [
        ("mql.domain_in.1", '"acme" is no domain.', 'Write it as "acme.com".'),
    ],
    '{ field = "email", domain_in = [] }': [
        ("mql.domain_in", "the list is empty.", "Name at least one."),
    ],
    '{ field = "job_title", matches = "(a+)+b" }': [
        (
            "mql.matches",
            'a group may not be followed by "+", which can take very long.',
            'After a group only "?" is taken.',
        ),
    ],
    '{ field = "job_title", matches = "a*b*c*" }': [
        ("mql.matches", "the pattern repeats in 3 places, which can take very long.", "Use at most 2."),
    ],
    '{ field = "job_title", matches = "(a|b" }': [
        (
            "mql.matches",
            '"(a|b" is no regular expression: missing ), unterminated subpattern at position 0.',
            "Use letters, . [ ] ^ $ | ( ) ? * + and \\d \\w \\s \\b; or `has_word` and `contains`.",
        ),
    ],
    '{ field = "job_title", matches = "(?=a)b" }': [
        (
            "mql.matches",
            '"(?=" is not taken: no look-around, names or flags.',
            "Use letters, . [ ] ^ $ | ( ) ? * + and \\d \\w \\s \\b; or `has_word` and `contains`.",
        ),
    ],
    "{ field = \"job_title\", matches = '(\\w)\\1' }": [
        (
            "mql.matches",
            '"\\1" is not taken.',
            "Use letters, . [ ] ^ $ | ( ) ? * + and \\d \\w \\s \\b; or `has_word` and `contains`.",
        ),
    ],
    '{ field = "job_title", has_word = 7 }': [
        ("mql.has_word", "a text was expected, not 7.", 'Write it in quotes: "7".'),
    ],
    '{ field = "job_title", has_word = " " }': [
        ("mql.has_word", "a text was expected, not an empty text.", "Write it in quotes."),
    ],
    '{ field = "interests", equals = "crm" }': [
        (
            "mql.equals",
            '"equals" makes no sense for interests, which is a list.',
            "It can be compared with contains, has_word, in and is_set.",
        ),
    ],
    '{ engagement = "page_view" }': [
        ("mql.engagement", 'no mapping gives engagement "page_view".', 'Did you mean "page_viewed"?'),
    ],
    '{ engagement = ["page_viewed", "form_sent"] }': [
        ("mql.engagement.1", 'no mapping gives engagement "form_sent".', 'Did you mean "form_submitted"?'),
    ],
    '{ engagement = "page_viewed", within = "14" }': [
        ("mql.within", '"14" has no unit.', 'Write "14 days" or "2 weeks".'),
    ],
    '{ engagement = "page_viewed", at_least = 0 }': [
        ("mql.at_least", "at least 0 always holds.", "Write at_least = 1, or at_most = 0 for none."),
    ],
    '{ engagement = "page_viewed", at_least = 1.5 }': [
        ("mql.at_least", "1.5 is no count.", "Write a whole number."),
    ],
    '{ engagement = "page_viewed", at_least = 5, at_most = 2 }': [
        ("mql.at_most", "at most 2 is less than at least 5.", "Swap them."),
    ],
    '{ engagement = "page_viewed", not_within = "30 days", at_least = 2 }': [
        (
            "mql.at_least",
            '"at_least" says nothing beside not_within.',
            "not_within asks that none happened; use within with at_most to allow some.",
        ),
    ],
    '{ engagement = "page_viewed", distinct = "form" }': [
        ("mql.distinct", 'no mapping of page_viewed fills the attribute "form".', "Known: url."),
    ],
    '{ engagement = "page_viewed", sum = "minutes" }': [
        ("mql.sum", 'no mapping of page_viewed fills the attribute "minutes".', "Known: url."),
    ],
    '{ engagement = "webinar_attended", sum = "minutes", distinct = "title" }': [
        ("mql.sum", "different values are counted, not summed.", "Leave out distinct or sum."),
    ],
    '{ engagement = "newsletter_subscribed", where = { list = "news" } }': [
        (
            "mql.where.list",
            'no mapping of newsletter_subscribed fills the attribute "list".',
            "Add it to the attributes of a mapping of newsletter_subscribed.",
        ),
    ],
    '{ engagement = "form_submitted", where = { from = "demo" } }': [
        ("mql.where.from", 'no mapping of form_submitted fills the attribute "from".', 'Did you mean "form"?'),
    ],
    '{ engagement = "form_submitted", where = "demo" }': [
        ("mql.where", 'a table was expected, not "demo".', 'Write { url = "/pricing" }.'),
    ],
    '{ engagement = "form_submitted", where = { form = { has_wrd = "demo" } } }': [
        ("mql.where.form.has_wrd", 'unknown key "has_wrd".', 'Did you mean "has_word"?'),
    ],
    '{ engagement = "form_submitted", where = { form = {} } }': [
        ("mql.where.form", "nothing is asked of form.", 'Write { has_word = "question" }, for example.'),
    ],
    '{ engagement = "form_submitted", where = { form = { at_least = "x" } } }': [
        ("mql.where.form.at_least", 'a number was expected, not "x".', "Write a number such as 50."),
    ],
    '{ score = "fitt", at_least = 20 }': [
        ("mql.score", 'no rule gives "fitt" points.', 'Did you mean "fit"?'),
    ],
    '{ score = "fit" }': [
        ("mql", 'nothing is asked of the score "fit".', "Add at_least or at_most."),
    ],
    '{ score = "fit", at_least = true }': [
        ("mql.at_least", "a number was expected, not true.", "Write a number such as 50."),
    ],
    '{ stage = "mqll" }': [
        ("mql.stage", 'there is no stage "mqll".', 'Did you mean "mql"?'),
    ],
    '{ stage = ["mql", "lost"] }': [
        (
            "mql.stage.1",
            'there is no stage "lost".',
            "Known: customer, disqualified, evangelist, lead, mql, opportunity, other, sql and subscriber.",
        ),
    ],
    '{ stage = "mql", for_at_least = "3" }': [
        ("mql.for_at_least", '"3" has no unit.', 'Write "3 days" or "3 hours".'),
    ],
    '{ field = "employees", score = "fit", at_least = 5 }': [
        ("mql", "one table asks for field and score.", "Write one table for each, in an all or any."),
    ],
    '{ all = [ { field = "employees", at_least = 5 } ], field = "grade", at_least = "B" }': [
        ("mql", "one table asks for field and all.", "Write one table for each, in an all or any."),
    ],
    '{ all = { field = "employees", at_least = 5 } }': [
        ("mql.all", "a list of criteria was expected, not a table.", "Write it in square brackets: [ … ]."),
    ],
    "{ all = [] }": [
        ("mql.all", "the list is empty.", "Write at least one criterion or leave it out."),
    ],
    '{all=[{any=[{ field = "employes", at_most = 5 }, { score = "fits", at_most = 5 }] }], not = { stage = "won"} }': [
        ("mql.all.0.any.0.field", 'no field "employes" is declared.', 'Did you mean "employees"?'),
        ("mql.all.0.any.1.score", 'no rule gives "fits" points.', 'Did you mean "fit"?'),
        (
            "mql.not.stage",
            'there is no stage "won".',
            "Known: customer, disqualified, evangelist, lead, mql, opportunity, other, sql and subscriber.",
        ),
    ],
    "{ none = [] }": [
        ("mql.none", 'unknown key "none".', "Known here: field, engagement, score, stage, all, any and not."),
    ],
    "{}": [
        (
            "mql",
            "the criterion is empty.",
            "Write { field = … }, { engagement = … }, { score = … }, { stage = … }, or all, any, not of these.",
        ),
    ],
    '[ { stage = "mql" } ]': [
        ("mql", "a list says not whether all or any must hold.", "Write { all = [ … ] } or { any = [ … ] }."),
    ],
    '"mql"': [
        (
            "mql",
            'a criterion was expected, not "mql".',
            "Write { field = … }, { engagement = … }, { score = … }, { stage = … }, or all, any, not of these.",
        ),
    ],
    '{ not = "mql" }': [
        (
            "mql.not",
            'a criterion was expected, not "mql".',
            "Write { field = … }, { engagement = … }, { score = … }, { stage = … }, or all, any, not of these.",
        ),
    ],
}

REFUSED_RULES: Final = {
    'when = { field = "employees", at_least = 50 }\npoints = 0': [
        ("rule.0.points", "0 points change nothing.", "Write more or less than 0, or leave the rule out."),
    ],
    'when = { field = "employees", at_least = 50 }\npoints = "ten"': [
        ("rule.0.points", 'a number was expected, not "ten".', "Write a number such as 50."),
    ],
    'when = { field = "employees", at_least = 50 }\npoints = 10\neach = true': [
        ("rule.0.each", '"each" needs an engagement.', "Ask for one in `when`, or leave it out."),
    ],
    'when = { field = "employees", at_least = 50 }\npoints = 10\nhalf_life = "14 days"': [
        ("rule.0.half_life", '"half_life" needs an engagement.', "Ask for one in `when`, or leave it out."),
    ],
    'when = { field = "employees", at_least = 50 }\npoints = 10\nmax_point = 30': [
        ("rule.0.max_point", 'unknown key "max_point".', 'Did you mean "max_points"?'),
    ],
    'when = { engagement = "page_viewed" }\npoints = 10\neach = true\nmax_points = -30': [
        ("rule.0.max_points", "-30 is on the other side of 0 than the points.", "Use one sign."),
    ],
    'when = { engagement = "page_viewed" }\npoints = { field = "job_title" }': [
        ("rule.0.points.field", "job_title is no number but text.", "Take a field of type integer or decimal."),
    ],
    'when = { engagement = "page_viewed" }\npoints = { field = "employes", times = 2 }': [
        ("rule.0.points.field", 'no field "employes" is declared.', 'Did you mean "employees"?'),
    ],
    'when = { engagement = "page_viewed" }\npoints = { attribute = "seats" }': [
        ("rule.0.points.attribute", 'no engagement of this rule has "seats".', "Known: url."),
    ],
    'when = { engagement = "trial_used" }\npoints = { attribute = "seats", field = "employees" }': [
        ("rule.0.points", "points come from a field or an attribute.", 'Write { field = "grade", times = 1 }.'),
    ],
    'when = { engagement = "trial_used" }\npoints = { attribute = "seats", times = 2 }\neach = true': [
        (
            "rule.0.each",
            "points from a number are not given for each.",
            "Leave out each: points from an attribute are summed over the engagements.",
        ),
    ],
    'when = { engagement = "trial_used", sum = "seats", at_least = 5 }\npoints = 2\neach = true': [
        (
            "rule.0.each",
            "a sum gives no points for each.",
            'Write points = { attribute = "…" } to take them from the sum.',
        ),
    ],
    'when = { score = "fit", at_least = 5 }\npoints = 2': [
        ("rule.0.when.score", "a rule cannot ask for a score.", "Scores are made of rules: ask for the facts."),
    ],
    'when = { engagement = "sales_activity" }\npoints = 2': [
        (
            "rule.0.when.engagement",
            '"sales_activity" is what sales did and never gives points.',
            "Ask for what the person did, or use not_within.",
        ),
    ],
    "points = 2": [
        ("rule.0", 'the rule has no "when".', "Write when = { … }, the criterion that must hold."),
    ],
    'when = { engagement = "page_viewed" }\npoints = 2\nhalf_life = "2 months"': [
        ("rule.0.half_life", '"2 months" is not exact: months differ in length.', 'Write "60 days".'),
    ],
    'when = { engagement = "page_viewed" }\npoints = 2\nsay = 5': [
        ("rule.0.say", "a text was expected, not 5.", 'Write it in quotes: "5".'),
    ],
    'when = { field = "employees", at_least = 50 }\npoints = 10\nwithin = "30 days"': [
        ("rule.0.within", '"within" needs an engagement.', "Ask for one in `when`, or leave it out."),
    ],
}
