"""The made-up companies, names and telephone numbers that the crowd of the sample is drawn from."""

from __future__ import annotations

from typing import Final

from tools.sample_line import Company

_COMPANIES: Final = """
Aarbruck Messtechnik GmbH|aarbruck|DE|180|ELECTRICAL_ELECTRONIC_MANUFACTURING
Brennwald Textil AG|brennwald|DE|740|TEXTILES
Dünenkamp Windservice GmbH|duenenkamp|DE|95|RENEWABLES_ENVIRONMENT
Eichsporn Personal GmbH|eichsporn|DE|35|HUMAN_RESOURCES
Flachswerft Yachtbau GmbH|flachswerft|DE|60|MACHINERY
Heidkrug Bio-Backwaren KG|heidkrug|DE|410|FOOD_PRODUCTION
Kesselgrund Anlagenbau GmbH|kesselgrund|DE|1250|MECHANICAL_OR_INDUSTRIAL_ENGINEERING
Lerchenau Steuerkanzlei|lerchenau|DE|18|ACCOUNTING
Moorwinkel Verlag|moorwinkel|DE|75|PUBLISHING
Oststern Hausverwaltung|oststern|DE|9|REAL_ESTATE
Quellhorst Pharma SE|quellhorst|DE|12000|PHARMACEUTICALS
Rautenhof Logistik GmbH|rautenhof|DE|2600|LOGISTICS_AND_SUPPLY_CHAIN
Silberdorn Hotels GmbH|silberdorn|DE|560|HOSPITALITY
Tannquell Softwarehaus GmbH|tannquell|DE|120|COMPUTER_SOFTWARE
Uferlos Agentur|uferlos|DE|7|MARKETING_AND_ADVERTISING
Almhorn Seilbahntechnik GmbH|almhorn|AT|330|MACHINERY
Grauwasser Umwelttechnik GmbH|grauwasser|AT|140|UTILITIES
Kremshof Versand GmbH|kremshof|AT|85|RETAIL
Zirbenstein Holzbau|zirbenstein|AT|26|CONSTRUCTION
Bielmatt Uhrenteile SA|bielmatt|CH|210|MECHANICAL_OR_INDUSTRIAL_ENGINEERING
Firnstein Privatbank AG|firnstein|CH|480|BANKING
Rhonegrat Kraftwerke AG|rhonegrat|CH|1700|UTILITIES
Seeblüte Kosmetik AG|seebluete|CH|55|CONSUMER_GOODS
Atelier du Pont-Vert|pont-vert|FR|14|MARKETING_AND_ADVERTISING
Clairmarais Assurances|clairmarais|FR|2200|INSURANCE
Fonderies de la Brèche-Haute|breche-haute|FR|380|MACHINERY
Logisud Garonnette SAS|garonnette|FR|150|TRANSPORTATION_TRUCKING_RAILROAD
Papeteries Montorvain|montorvain|FR|640|PUBLISHING
Valserine Numérique SAS|valserine-num|FR|48|INFORMATION_TECHNOLOGY_AND_SERVICES
Dijkstroom Bloembollen BV|dijkstroom|NL|70|WHOLESALE
Grachtenkant Verzekeringen NV|grachtenkant|NL|1100|INSURANCE
Molenrak Zuivel BV|molenrak|NL|450|FOOD_PRODUCTION
Stormvaste Zeilen BV|stormvaste|NL|22|CONSUMER_GOODS
Zandplaat Data BV|zandplaat|NL|130|COMPUTER_SOFTWARE
Björkhaga Möbler AB|bjorkhaga|SE|260|CONSUMER_GOODS
Kvarnsund Energi AB|kvarnsund|SE|900|OIL_ENERGY
Snöflinga Resor AB|snoflinga|SE|31|HOSPITALITY
Havblik Rederi A/S|havblik|DK|340|LOGISTICS_AND_SUPPLY_CHAIN
Lyngmark Biotek A/S|lyngmark|DK|115|BIOTECHNOLOGY
Fjordlys Oppdrett AS|fjordlys|NO|205|FOOD_PRODUCTION
Nordstein Programvare AS|nordstein|NO|44|COMPUTER_SOFTWARE
Järvenpuu Paperi Oy|jarvenpuu|FI|1500|WHOLESALE
Revonhalli Pelit Oy|revonhalli|FI|28|COMPUTER_SOFTWARE
Bursztynek Finanse S.A.|bursztynek|PL|780|FINANCIAL_SERVICES
Dębowa Stolarnia Sp. z o.o.|debowa|PL|65|BUILDING_MATERIALS
Wiślany Port Sp. z o.o.|wislany-port|PL|190|TRANSPORTATION_TRUCKING_RAILROAD
Żurawie Budowa S.A.|zurawie|PL|1300|CONSTRUCTION
Azulejos Peñarrubia SL|penarrubia|ES|240|BUILDING_MATERIALS
Clínicas Mardeluz SL|mardeluz|ES|870|HOSPITAL_HEALTH_CARE
Olivares del Cerrillo SA|cerrillo|ES|58|FOOD_PRODUCTION
Viento Llano Renovables SL|vientollano|ES||RENEWABLES_ENVIRONMENT
Ceramiche Valdorbia Srl|valdorbia|IT|160|BUILDING_MATERIALS
Navigli Moda SpA|naviglimoda|IT|920|TEXTILES
Pastificio Terrarossa|terrarossa|IT|85|FOOD_PRODUCTION
Studio Legale Montesole|montesole|IT|11|LEGAL_SERVICES
Ashbrook Fen Breweries Ltd|ashbrookfen|GB|125|FOOD_BEVERAGES
Cobblegate Payments Ltd|cobblegate|GB|350|FINANCIAL_SERVICES
Harrowdown Optics plc|harrowdown|GB|4100|MEDICAL_DEVICES
Otterquay Learning CIC|otterquay|GB|40|E_LEARNING
Pennythorn Estates|pennythorn|GB||REAL_ESTATE
"""

_OWNED: Final = {
    "quellhorst": "dora.winter@acme.example",
    "harrowdown": "dora.winter@acme.example",
    "kesselgrund": "ann@acme.example",
    "clairmarais": "ben@acme.example",
    "rautenhof": "emil.berg@acme.example",
}
"""Large accounts have somebody who looks after them."""

_NAMES: Final = {
    "DE": "Anke Bernd Carola Detlef Elke Falk Gesine Hanno Imke Jörn Kerstin Lothar|"
    "Achterberg Brinkmöller Dornbusch Eisenblätter Fährmann Grothusen Hollerbach Klüver Lindenthal Markgraf Nöldeke",
    "AT": "Alois Brigitte Eva Florian Gerlinde Hannes|Brandstetter Eibensteiner Hinterholzer Kogelnigg Pichlmaier",
    "CH": "Beat Corinne Dario Flurina Regula Urs|Amstutzer Brunnschweil Gerberich Oberhänsli Zürrerbach",
    "FR": "Amélie Bastien Chloé Damien Élodie Gaëtan|Beaurivier Charpentreau Delarivière Forestelle Lagrangère",
    "NL": "Anouk Bram Daan Femke Jorrit Sanne|Bakkerveld de\u00a0Ruijterhof Hoogendam Kuipersma Terpstraat",
    "SE": "Agneta Björn Elin Göran Linnea Mattias|Åkervall Bergkvistam Dahlsjö Hedgärde Sundelöf",
    "DK": "Anders Birgitte Freja Rasmus|Bjerregård Kjærsholm Nørgaardt Vestergrav",
    "NO": "Eirik Ingrid Kjetil Solveig|Fjellheimen Haugedal Lundestrøm Solbakke",
    "FI": "Aino Eero Marjatta Veikko|Hakalainen Koskimäkelä Lehtovaara Rantasalmi",
    "PL": "Bożena Grzegorz Iwona Łukasz Małgorzata Zbigniew|Brzozowiak Kasprzyk Modrzew Sosnowiak Wilczur",
    "ES": "Alejandra Borja Elena Gonzalo Nuria Íñigo|Castañares Fuentealba Morales\u00a0Vega Peñalosa Robledano",
    "IT": "Alessio Bianca Donatella Fabrizio Giulia Ottavio|Bellacosta Castelnuovi Grimaldesi Montefiora Sorrentelli",
    "GB": "Alistair Bethan Callum Imogen Nigel Priya|Ashdownley Bramhallow Chatterwick Penroseby Thistlewood",
}
_NUMBERS: Final = {
    "DE": ("+49 30 23125 {:03d}", "+49 69 90009 {:03d}", "+49 89 99998 {:03d}", "+49 40 66969 {:03d}"),
    "FR": ("+33 1 99 00 12 {:02d}", "+33 5 36 49 30 {:02d}", "+33 6 39 98 07 {:02d}"),
    "GB": ("+44 20 7946 0{:03d}", "+44 161 496 0{:03d}", "+44 7700 900{:03d}"),
    "SE": ("+46 8 465 004 {:02d}", "+46 31 390 06 {:02d}"),
}
"""Only what regulators have set aside for films and books (Bundesnetzagentur 148/2021, Arcep, Ofcom, PTS)."""


def companies() -> list[Company]:
    """Return the crowd's companies; one without a number of employees has no size on record."""
    found = []
    for row in _COMPANIES.strip().splitlines():
        name, domain, country, employees, industry = row.split("|")
        size = int(employees) if employees else None
        found.append(Company(name, f"{domain}.example", country, size, industry, _OWNED.get(domain, "")))
    return found


def name(country: str, first: int, last: int) -> tuple[str, str]:
    """Return a name as it occurs in a country, by two arbitrary numbers."""
    firsts, lasts = (part.split(" ") for part in _NAMES[country].split("|"))
    return firsts[first % len(firsts)], lasts[last % len(lasts)].replace("\u00a0", " ")


def phone(country: str, number: int) -> str:
    """Return a telephone number that nobody has, by an arbitrary number; empty where a country sets none aside."""
    shapes = _NUMBERS.get(country)
    if not shapes:
        return ""
    shape = shapes[number % len(shapes)]
    return shape.format(number // 7 % (100 if "02d" in shape else 1000))
