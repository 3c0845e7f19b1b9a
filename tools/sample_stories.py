"""The people of the sample whom one recognises: each is a story that an agreement between marketing and sales meets."""

from __future__ import annotations

from typing import Final

from tools.sample_line import Company, Someone, clicked, deal, did, sent, viewed

ANN, BEN, DORA = "ann@acme.example", "ben@acme.example", "dora.winter@acme.example"
AWAY: Final = "carl@acme.example"
"""An owner whom the sandbox knows as no longer active."""

SENSORS = Company("Halvik Industriesensorik GmbH", "halvik.example", "DE", 240, "INDUSTRIAL_AUTOMATION")
UNIVERSITY = Company("Universität Auenbruck", "uni-auenbruck.example", "DE", 5200, "HIGHER_EDUCATION")
RIVAL = Company("Rival Leadworks Ltd", "rival.example", "GB", 310, "COMPUTER_SOFTWARE")
FREIGHT = Company("Wrzosowa Logistyka S.A.", "wrzosowa.example", "PL", 860, "LOGISTICS_AND_SUPPLY_CHAIN")
FOUNDRY = Company("Müller & Söhne Präzisionsguss KG", "mueller-guss.example", "DE", 95, "MACHINERY")
INSURER = Company("Taubenfels Versicherungstechnik AG", "taubenfels.example", "CH", 1450, "INSURANCE", owner=DORA)
CARE = Company("Vårdbro Omsorg AB", "vardbro.example", "SE", 420, "HOSPITAL_HEALTH_CARE", owner=ANN)
WINE = Company("Coteaux Mirandel SAS", "mirandel.example", "FR", 130, "WHOLESALE", owner=BEN)


def stories() -> list[Someone]:
    """Return all of them."""
    return [*never_ours(), *odd_records(), *hand_raisers(), *warming_up(), *no_task_for_these()]


def hand_raisers() -> list[Someone]:
    """Return those who raise a hand in the last day and shall have a task each."""
    return [
        Someone(
            "cto-books-a-demo", ("Henrike", "Aldag"), "CTO", SENSORS, [
                *viewed("/blog/lead-handover", "9d 2h"), *viewed("/product", "9d 1h"),
                *viewed("/product/integrations", "6d 3h", "6d 2h"), sent("Download: CRM integration guide", "6d 1h"),
                did("webinar_attended", "14d", webinar="From lead to handover"),
                *viewed("/demo", "5h", "52m"), *viewed("/pricing", "46m"),
                did("meeting_booked", "41m", title="Product demo, 30 minutes"),
            ], phone="+49 89 99998 217", more=(("hs_analytics_source", "ORGANIC_SEARCH"),),
        ),
        Someone(
            "champion-asks-for-a-demo", ("Reto", "Zgraggen"), "Team Lead Marketing Automation", INSURER, [
                sent("Download: Whitepaper marketing and sales agreement", "26d"),
                did("webinar_attended", "14d", webinar="From lead to handover"),
                *clicked("Webinar recording: From lead to handover", "13d", "13d 2h"),
                *viewed("/product", "13d", "8d", "2h 40m"), *viewed("/customers", "8d"),
                sent("Demo request for five colleagues", "2h 30m"),
            ],
        ),
        Someone(
            "lost-deal-comes-back", ("Rhiannon", "Blackmoor"), "Chief Operating Officer",
            Company("Tarnwick Instruments Ltd", "tarnwick.example", "GB", 175, "MEDICAL_DEVICES"), [
                did("sales_meeting", "425d", title="Decision call"), *viewed("/release-notes", "20d", "3h 45m"),
                *viewed("/pricing", "3h 40m"), sent("Offer request", "3h 31m"),
            ], phone="+44 20 7946 0317", owner=ANN, created="520d",
            deals=[deal("Tarnwick 2025, 25 seats", 18000, won=False)],
        ),
        Someone(
            "opted-out-but-asks", ("Martin", "Grube"), "Director Procurement",
            Company("Elbring Schiffsausrüstung GmbH", "elbring.example", "DE", 310, "WHOLESALE"), [
                sent("Newsletter sign-up", "240d"), did("unsubscribed", "95d"),
                *viewed("/customers", "4d", "7h 10m"), sent("Contact request", "6h 55m"),
            ], phone="+49 40 66969 482",
        ),
        Someone(
            "answers-an-old-mail", ("Pierre-Yves", "Delacourt"), "VP Sales", WINE, [
                sent("Download: Lead scoring guide", "31d"), *viewed("/pricing", "21d 2h", "21d 1h", "6h 10m"),
                did("sales_email", "12d 5h", subject="Your marketing and sales hand-over"),
                did("email_replied", "5h 30m", subject="Re: Your marketing and sales hand-over",
                    text="Sorry for the late answer. We decide in January; what would 40 seats cost us?"),
            ], phone="+33 1 99 00 41 16", owner=BEN,
        ),
        Someone(
            "mueller-with-umlauts", ("Jürgen", "Müller"), "Geschäftsführer", FOUNDRY, [
                *viewed("/", "18d"), *viewed("/customers", "18d", "4h 30m"), *viewed("/pricing", "4h 20m"),
                sent("Kontakt: Contact request", "4h 12m"),
            ], phone="+49 221 4710 638", country="Deutschland",
        ),
        Someone(
            "asks-a-product-question", ("Agnieszka", "Wrona"), "IT Project Manager", FREIGHT, [
                *viewed("/product/integrations", "12d 4h", "12d 3h", "3h 20m"), *viewed("/docs/api", "12d", "3h 5m"),
                sent("Product question: custom objects", "2h 50m"),
            ], more=(("hs_analytics_source", "PAID_SEARCH"),),
        ),
        Someone(
            "emoji-in-the-name", ("Zoë 🌻", "van 't Wout"), "Head of Growth",
            Company("Kaapstoter Software BV", "kaapstoter.example", "NL", 64, "COMPUTER_SOFTWARE"), [
                *clicked("Autumn product update", "33d"), *viewed("/product", "33d", "2h 5m"),
                sent("Demo request", "1h 58m"),
            ], email="zoe@kaapstoter.example",
        ),
        Someone(
            "owner-is-away", ("Isabel", "Quintana Rey"), "CIO",
            Company("Grupo Olmedal Conservas SL", "olmedal.example", "ES", 2300, "FOOD_PRODUCTION"), [
                *viewed("/security", "44d", "7h 40m"), sent("Download: GDPR checklist for sales teams", "44d"),
                *viewed("/security", "7h 30m"), sent("Contact request", "7h 22m"),
            ], owner=AWAY,
        ),
        Someone(
            "already-sql-books-again", ("Leontien", "Brouwersma"), "Director Customer Operations",
            Company("Waterkering Energie NV", "waterkering.example", "NL", 980, "RENEWABLES_ENVIRONMENT"), [
                sent("Demo request", "37d"), did("sales_call", "36d", notes="Wants to come back after budget round."),
                did("meeting_booked", "1h 10m", title="Follow-up after the budget round"),
            ], stage="salesqualifiedlead", owner=BEN, created="190d",
        ),
    ]  # fmt: skip


def no_task_for_these() -> list[Someone]:
    """Return those who do much in the last day and still shall not land on a rep's list."""
    return [
        Someone(
            "called-yesterday", ("Sven", "Aagaardsen"), "Head of IT",
            Company("Klitgård Møbler A/S", "klitgaard.example", "DK", 150, "CONSUMER_GOODS"), [
                sent("Download: CRM migration checklist", "11d"), *viewed("/product", "2d", "4h"),
                did("sales_call", "1d 5h", notes="Sends the number of users, then we talk prices."),
                sent("Contact request: number of users", "3h 55m"),
            ], owner=BEN,
        ),
        Someone(
            "has-an-open-deal", ("Claudia", "Reinhartinger"), "CIO",
            Company("Donauwald Sanitärtechnik GmbH", "donauwald.example", "AT", 520, "BUILDING_MATERIALS"), [
                *viewed("/pricing", "10d", "6h 30m"), sent("Offer request: three-year plan", "6h 20m"),
            ], owner=ANN, deals=[deal("Donauwald, 60 seats", 48000)],
        ),
        Someone(
            "customer-left-alone", ("Beatrice", "Falkenlöv"), "Head of Customer Operations", CARE, [
                *viewed("/docs/api", "30d", "16d", "9d", "2d 4h", "5h 5m", "5h"), *viewed("/release-notes", "9d", "4h"),
                *clicked("Autumn product update", "33d", "6h"), sent("Download: Release checklist", "3h 50m"),
            ], stage="customer", phone="+46 8 465 004 23", owner=ANN, created="700d", outcome="won",
            deals=[deal("Vårdbro, 80 seats", 62000, won=True)],
        ),
        Someone(
            "customer-books-an-upgrade", ("Olivier", "Marchandeau"), "Head of Sales Operations",
            Company("Ateliers Brunoy-Lorme SA", "brunoy-lorme.example", "FR", 640, "TEXTILES"), [
                *viewed("/docs/api", "12d"), *viewed("/pricing", "5h 25m", "5h 20m"),
                did("meeting_booked", "5h 15m", title="Upgrade to the company plan"),
            ], stage="customer", phone="+33 4 65 71 20 08", owner=BEN, created="410d", outcome="won",
            deals=[deal("Brunoy-Lorme, 30 seats", 21500, won=True)],
        ),
        Someone(
            "books-and-cancels", ("Signe", "Holmqvester"), "Director Finance",
            Company("Norrvik Papper AB", "norrvik.example", "SE", 1900, "WHOLESALE"), [
                *viewed("/product", "8d"), did("meeting_booked", "7h 5m", title="Product demo, 30 minutes"),
                did("meeting_cancelled", "6h 35m"),
            ],
        ),
        Someone(
            "no-company-size", ("Tomás", "Herrerillo"), "Analyst",
            Company("Herrerillo y Vega", "herrerillo-vega.example", "ES", None, "MANAGEMENT_CONSULTING"), [
                *viewed("/product", "3d", "2h 25m"), *viewed("/pricing", "2h 20m"), sent("Contact request", "2h 15m"),
            ],
        ),
        Someone(
            "big-title-free-mail", ("Massimo", "Ferrantini"), "CEO & Founder", None, [
                *viewed("/", "2d 2h", "5h 45m"), *viewed("/pricing", "5h 40m"), sent("Contact request", "5h 36m"),
            ], email="il.grande.capo@freemail.example", country="Italy",
        ),
    ]  # fmt: skip


def never_ours() -> list[Someone]:
    """Return those whom the agreement or a rep has ruled out."""
    downloads = ("Lead scoring guide", "CRM migration checklist", "GDPR checklist for sales teams", "Handover guide")
    return [
        Someone(
            "student-downloads-everything", ("Jonas", "Pfeilschmidt"), "Student", UNIVERSITY, [
                *(sent(f"Download: {one}", f"{40 - 9 * at}d") for at, one in enumerate(downloads)),
                *viewed("/blog/lead-handover", "40d", "31d", "22d", "13d", "5d", "3d", "8h"),
                sent("Download: Whitepaper marketing and sales agreement", "7h 50m"),
            ], phone="+49 176 040690 31",
        ),
        Someone(
            "competitor-has-a-look", ("Eve", "Harlowe"), "Head of Product", RIVAL, [
                *viewed("/release-notes", "60d", "28d", "2d", "5h 12m"), *viewed("/pricing", "28d", "5h 8m"),
                did("meeting_booked", "5h 2m", title="Product demo, 30 minutes"),
            ], phone="+44 7700 900461",
        ),
        Someone(
            "disqualified-keeps-clicking", ("Sascha", "Wiesenthaler"), "Founder",
            Company("Wiesenthaler Webdesign", "wiesenthaler.example", "DE", 3, "MARKETING_AND_ADVERTISING"), [
                did("sales_call", "120d", notes="Three people, no CRM, looks for work as an agency."),
                *clicked("Newsletter October", "45d", "44d"), *clicked("Newsletter November", "16d", "9h", "8h 50m"),
                *viewed("/pricing", "44d", "16d", "8h 48m"), sent("Download: Lead scoring guide", "8h 40m"),
            ], stage="other", owner=ANN, outcome="lost", more=(("hs_lead_status", "UNQUALIFIED"),),
        ),
        Someone(
            "stage-of-their-own", ("Paola", "Venturelli"), "Head of Partnerships",
            Company("Ponteverde Consulenza Srl", "ponteverde.example", "IT", 85, "MANAGEMENT_CONSULTING"), [
                sent("Partner application", "130d"), *viewed("/partners", "8d", "4h 45m"),
                sent("Contact request: partner terms", "4h 40m"),
            ], stage="947310221", owner=DORA,
        ),
        Someone(
            "intern-collects-offers", ("Camille", "Rochebrun"), "Intern Marketing", WINE, [
                *viewed("/pricing", "1d 3h", "6h 5m"), sent("Offer request", "6h"),
            ],
        ),
    ]  # fmt: skip


def warming_up() -> list[Someone]:
    """Return those whom the last day makes marketing-qualified, no more."""
    return [
        Someone(
            "back-after-a-year", ("Marijke", "Vosselaar"), "Operations Director",
            Company("Polderlicht Kassenbouw BV", "polderlicht.example", "NL", 180, "CONSTRUCTION"), [
                sent("Newsletter sign-up", "403d"), *clicked("Newsletter November last year", "390d", "383d"),
                *clicked("Newsletter November", "9h 20m", "9h 15m", "9h 5m"),
                *viewed("/blog/lead-handover", "9h 15m", "9h 2m"), *viewed("/product", "8h 55m"),
                sent("Download: Handover guide", "8h 50m"),
            ], created="404d",
        ),
        Someone(
            "cfo-reads-prices-on-five-days", ("Wilhelmina", "Groenewoud"), "Chief Financial Officer",
            Company("Havenrijk Containers NV", "havenrijk.example", "NL", 620, "LOGISTICS_AND_SUPPLY_CHAIN"), [
                sent("Newsletter sign-up", "70d"),
                *viewed("/pricing", "12d 2h", "12d 1h", "12d", "9d 3h", "9d 2h", "5d 4h", "5d 3h", "5d 2h"),
                *viewed("/pricing", "2d 5h", "2d 4h", "2d 3h", "4h 15m", "4h 5m", "3h 58m"),
                *clicked("Newsletter November", "4h 18m"),
            ],
        ),
        Someone(
            "webinar-visitor", ("Lucie", "Bertrandier"), "Responsable relation client",
            Company("Maison Calvetière SA", "calvetiere.example", "FR", 290, "RETAIL"), [
                sent("Webinar registration: From lead to handover", "9d"), sent("Download: Lead scoring guide", "5d"),
                *viewed("/webinars", "9d"), did("webinar_attended", "22h", webinar="From lead to handover"),
            ], phone="+33 6 39 98 52 70",
        ),
        Someone(
            "colleague-of-the-champion-sales", ("Nadja", "Iselimatt"), "Head of Sales", INSURER, [
                sent("Download: Handover guide", "10d"), *viewed("/customers", "10d", "2h 10m"),
                *clicked("Fwd: Five minutes on lead scoring", "2h 14m"),
                sent("Download: Whitepaper marketing and sales agreement", "2h 2m"),
            ], country="Schweiz",
        ),
        Someone(
            "colleague-of-the-champion-crm", ("Fabienne", "Rothacher"), "CRM Administrator", INSURER, [
                *viewed("/docs/api", "7d", "7d 1h", "6d", "6d 1h", "6d 2h", "5d", "1h 50m", "1h 45m", "1h 40m"),
                *viewed("/product/integrations", "1h 35m"), *clicked("Autumn product update", "1h 52m", "1h 33m"),
            ],
        ),
        Someone(
            "greek-letters", ("Ελένη", "Παπαδοπετρίδου"), "Director of Operations",
            Company("Limmatquai Kliniken AG", "limmatquai-kliniken.example", "CH", 3400, "HOSPITAL_HEALTH_CARE"), [
                sent("Download: GDPR checklist for sales teams", "15d"), *viewed("/security", "15d", "6h 50m"),
                sent("Download: CRM migration checklist", "6h 42m"),
            ], email="eleni.p@limmatquai-kliniken.example",
        ),
    ]  # fmt: skip


def odd_records() -> list[Someone]:
    """Return records as every CRM has them, of whom little is known."""
    return [
        Someone("looked-once", ("Kasia", "Borowiecka"), "Office Manager",
                Company("Borówka Nieruchomości", "borowka.example", "PL", 12, "REAL_ESTATE"), viewed("/", "71d")),
        Someone("fair-contact-without-e-mail", ("Ferdinand", "Obermoser"), "Werksleiter", None, [
                    did("sales_call", "45d", notes="Met at the fair; has no time before spring.")
                ], country="Austria", phone="+49 171 39200 45", created="52d",
                lists=["Fair visitors spring"], more=(("company", "Obermoser Seilbahnbau"),)),
        Someone("protects-the-data", ("Ueli", "Kunzenbach"), "Data Protection Officer", INSURER,
                viewed("/security", "4d", "3d")),
        Someone("came-with-the-forward", ("Mirjam", "Lüthisberg"), "VP Finance", INSURER,
                viewed("/pricing", "2h 8m"), created="5d"),
    ]  # fmt: skip
