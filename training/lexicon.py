"""Where values come from: made-up words, names, places, products, per locale.

Half of what a document holds is spelled from syllables, so that a model that
remembers words instead of copying them is wrong half the time. Everything is drawn
from the `random.Random` that the caller brings.
"""

from __future__ import annotations

from random import Random

_ON = "b c d f g h j k l m n p r s t v w z br ch cl cr dr fl fr gl gr kl kr ph pl pr sc sh sk sl sm sn sp st str sw th tr tw vl wh".split()
_NU = "a e i o u a e i o ai au ea ee ei ia ie io oa oo ou y".split()
_CO = ["", "", "", "", *"n r l s t k m d x nd ng nt rd rk rn rt sk st ck ll ss ns lm".split()]

FIRST = "Anna James Maria Peter Sofia Daniel Laura Thomas Ingrid Marco Elena Lukas Chloe Omar Priya Wei Yuki Kenji Fatima Ahmed Carlos Lucia Pierre Claire Hans Greta Jan Ewa Piotr Olga Ivan Natalia Erik Astrid Lars Freya Niamh Sean Owen Megan Grace Henry Oliver Emma Noah Amelia Jack Isla Harry Ruby George Alice Samuel Julia David Rachel Michael Susan Robert Linda William Karen Richard Nancy Charles Betty Joseph Helen Mark Diana Paul Joyce Steven Martha Kevin Ruth Brian Judith Siti Mei Ling Rahul Anil Deepa Kavita Arjun Joao Ana Miguel Ines Diego Camila Mateo Valentina Bruno Giulia".split()
LAST = "Smith Jones Taylor Brown Wilson Evans Walker Wright Green Hall Wood Clark Hughes Carter Mitchell Cooper Ward Turner Parker Collins Bennett Foster Murphy Kelly Byrne Walsh Schmidt Weber Fischer Wagner Becker Hoffmann Koch Richter Rossi Russo Ferrari Bianchi Romano Ricci Martin Bernard Dubois Moreau Laurent Garcia Fernandez Lopez Sanchez Torres Navarro Silva Santos Oliveira Pereira Nowak Kowalski Zielinski Jansen Visser Bakker Andersson Johansson Nilsson Larsen Hansen Nielsen Novak Horvat Popescu Kumar Sharma Patel Singh Gupta Tan Lim Wong Lee Chan Ng Goh Chen Wang Zhang Sato Suzuki Tanaka Kim Park Okafor Mensah Haddad Rahman Aziz Cohen Levi".split()
TRADE = "Engineering Consulting Logistics Supplies Trading Foods Bakery Hardware Motors Electronics Textiles Printing Packaging Software Systems Solutions Services Industries Furniture Pharmacy Optics Plumbing Catering Cleaning Construction Design Media Security Energy Solar Tools Garden Stationery Books Music Sports Travel Marine Dental Fashion Cosmetics Metals Plastics Paper Chemicals Roofing Glass Timber Brewery Coffee Flowers Toys Interiors Lighting Analytics Labs Partners Group Holdings Works Enterprise Mart Store Market Restaurant Cafe Kitchen Grill Trading".split()
SUFFIX = {
    "us": ["Inc.", "LLC", "Corp.", "Inc", "Co.", "& Sons", "Ltd."], "gb": ["Ltd", "Limited", "PLC", "LLP", "& Co.", "& Sons"],
    "ie": ["Ltd", "DAC", "Limited"], "au": ["Pty Ltd", "Pty Limited"], "in": ["Pvt. Ltd.", "Private Limited", "Limited"],
    "sg": ["Pte Ltd", "Pte. Ltd.", "LLP"], "my": ["Sdn Bhd", "Sdn. Bhd.", "Enterprise", "Trading", "(M) Sdn Bhd"], "za": ["(Pty) Ltd", "CC"],
    "de": ["GmbH", "AG", "GmbH & Co. KG", "e.K.", "UG"], "fr": ["SARL", "SAS", "S.A.", "EURL"], "es": ["S.L.", "S.A.", "S.L.U."],
    "it": ["S.r.l.", "S.p.A.", "S.n.c."], "nl": ["B.V.", "N.V.", "V.O.F."], "pl": ["Sp. z o.o.", "S.A."], "se": ["AB"], "dk": ["A/S", "ApS"],
    "pt": ["Lda.", "S.A.", "Ltda."], "ca": ["Inc.", "Ltd."], "ph": ["Inc.", "Corp."], "id": ["PT", "CV"],
}
LOCALES = ["us"] * 5 + ["gb"] * 4 + list(SUFFIX)
CITY = {
    "us": "Springfield Madison Portland Denver Austin Boston Dayton Tucson Fresno Salem".split(), "gb": "Leeds Bristol Reading Oxford York Cardiff Exeter Derby Preston Bath".split(),
    "de": ["Berlin", "Köln", "München", "Leipzig", "Bremen", "Stuttgart"], "fr": ["Lyon", "Nantes", "Lille", "Rennes", "Orléans"], "es": ["Sevilla", "Bilbao", "Málaga", "Girona"],
    "it": ["Torino", "Bologna", "Verona", "Parma"], "nl": ["Utrecht", "Delft", "Breda", "Eindhoven"], "pl": ["Kraków", "Gdańsk", "Poznań"], "se": ["Malmö", "Uppsala", "Lund"],
    "dk": ["Aarhus", "Odense"], "pt": ["Porto", "Lisboa", "Braga", "São Paulo"], "ie": ["Cork", "Dublin", "Galway"], "au": ["Perth", "Hobart", "Geelong"],
    "in": ["Pune", "Mumbai", "Chennai", "Jaipur"], "sg": ["Singapore"], "my": ["Ipoh", "Melaka", "Kuching"], "za": ["Durban", "Cape Town"], "ca": ["Toronto", "Halifax"],
    "ph": ["Manila", "Cebu City"], "id": ["Bandung", "Surabaya"],
}
ITEM_A = "Steel Oak Wireless Portable Heavy Duty Organic Classic Premium Deluxe Compact Folding Digital Ceramic Cotton Leather Plastic Copper Brass Glass Paper Rubber Fresh Frozen Roasted Spicy Iced Hot Mini Large Small Blue Red Black White Green Grey Double Single Adjustable Electric Manual Solar Thermal Recycled Laser Gel Foam Nylon Woolen Bamboo Stainless".split()
ITEM_B = "Chair Desk Lamp Cable Keyboard Mouse Monitor Printer Toner Stapler Notebook Pen Folder Binder Bracket Bolt Screw Hinge Valve Pump Filter Hose Pipe Drill Hammer Wrench Gloves Helmet Jacket Boots Shirt Towel Blanket Pillow Mattress Mug Plate Bowl Kettle Toaster Blender Pan Knife Coffee Tea Juice Bread Cake Rice Noodles Soup Salad Chicken Burger Milk Cheese Yogurt Soap Shampoo Battery Charger Adapter Router Switch Sensor Battery Bulb Paint Brush Tape Glue Clay Bag Backpack Umbrella Bottle Box Crate Pallet Label Envelope Ladder Bench Shelf Cabinet Curtain Carpet Mirror Clock Camera Tripod Speaker Headset Microphone".split()
SERVICE = "Consulting hours|Web design|Website hosting|Annual maintenance|Installation|On-site support|Training session|Software licence|Data migration|Delivery charge|Printing service|Security audit|Translation services|Window cleaning|Equipment rental|Project management|Legal advice|Bookkeeping|Graphic design|Site survey|Engine repair|Photography|Room hire|Catering service|Carpet cleaning|Server backup".split("|")
STREET = {
    "us": "{n} {w} St|{n} {w} Street|{n} {w} Avenue|{n} {w} Blvd|{n} {w} Road|{n} {w} Drive, Suite {k}|{n} N {w} Ave.|{n} {w} Lane|PO Box {n}",
    "gb": "{n} {w} Road|{n} {w} Street|{n} {w} Lane|Unit {k}, {w} Business Park|{n} High Street|{w} House, {n} {v} Street|{n}-{m} {w} Way|The Old {w}, {v} Lane",
    "de": "{w}straße {n}|{w}weg {n}|{w}allee {n}a|Am {w} {n}", "fr": "{n} rue {w}|{n}, rue de {w}|{n} avenue {w}|{n} bis, boulevard {w}",
    "es": "Calle {w} {n}|C/ {w}, {n}|Avenida {w} {n}, {k}º", "it": "Via {w} {n}|Viale {w}, {n}|Corso {w} {n}", "nl": "{w}straat {n}|{w}laan {n}|{w}weg {n}",
    "pl": "ul. {w} {n}|ul. {w} {n}/{k}", "se": "{w}gatan {n}|{w}vägen {n}", "dk": "{w}vej {n}|{w}gade {n}", "pt": "Rua {w}, {n}|Av. {w}, {n}",
    "my": "No. {n}, Jalan {w} {k}|No {n}, Jalan {w} {k}/{k}|Lot {n}, Jalan {w}|{n} & {m}, Jalan {w}|{n}-{k}, Jalan {w}|PT {n}, Lorong {w} {k}", "sg": "{n} {w} Road #{k}-{k}|Blk {n} {w} Street {k}|{n} {w} Avenue {k}",
    "in": "{n}, {w} Road|Plot No. {n}, {w} Nagar|{n}/{k}, {w} Industrial Area", "id": "Jl. {w} No. {n}", "ph": "{n} {w} Street, Brgy. {v}",
}
AREA = {"my": ["Taman {w}", "Bandar {w}", "Kawasan Perindustrian {w}", "Kampung {w}", "Pusat Bandar {w}"], "in": ["{w} Nagar", "{w} East"], "gb": ["{w}", "{w} Industrial Estate"], "sg": ["{w} Centre"], "us": ["{w} Plaza", "Suite {k}", "Floor {k}"]}
POST = {
    "us": "{c}, {S} {5}|{c} {S} {5}", "gb": "{c} {G}|{c}, {G}|{c}\n{G}", "de": "{5} {c}|D-{5} {c}", "fr": "{5} {c}", "es": "{5} {c}", "it": "{5} {c} ({S})", "nl": "{4} {S} {c}",
    "pl": "{2}-{3} {c}", "se": "{3} {2} {c}", "dk": "{4} {c}", "pt": "{4}-{3} {c}|{5}-{3} {c}", "my": "{5} {c}|{5} {c}, {d}|{5}, {c}\n{d}|{5} {c}\n{d}.", "sg": "Singapore {6}|S({6})",
    "in": "{c} - {6}|{c} {6}", "ca": "{c}, {S} {A}", "au": "{c} {S} {4}", "ie": "{c}|Co. {c}", "za": "{c}, {4}|{c}", "id": "{c} {5}", "ph": "{4} {c}|{c}",
}
COUNTRY = {"us": "USA", "gb": "United Kingdom", "de": "Germany", "fr": "France", "es": "España", "it": "Italy", "nl": "The Netherlands", "pl": "Poland", "se": "Sweden", "dk": "Denmark", "pt": "Portugal", "my": "Malaysia", "sg": "Singapore", "in": "India", "ca": "Canada", "au": "Australia", "ie": "Ireland", "za": "South Africa", "id": "Indonesia", "ph": "Philippines"}


def word(r: Random, least: int = 1, most: int = 3) -> str:
    """A made-up word, in lower case."""
    while True:
        text = "".join(r.choice(_ON) + r.choice(_NU) + r.choice(_CO) for _ in range(r.randint(least, most)))
        if r.random() < 0.2:
            text = text[1:] if text[1] in "aeiou" else text
        if 3 <= len(text) <= 12:
            return text


def name(r: Random) -> str:
    """A proper word: made up two times in three, else a family name or a city."""
    x = r.random()
    if x < 0.65:
        return word(r, 2).capitalize()
    return r.choice(LAST) if x < 0.85 else r.choice(r.choice(list(CITY.values())))


def person(r: Random) -> str:
    """First and last name, sometimes with a title or an initial."""
    first = r.choice(FIRST) if r.random() < 0.7 else word(r, 1, 2).capitalize()
    last = r.choice(LAST) if r.random() < 0.55 else word(r, 2).capitalize()
    x = r.random()
    if x < 0.06:
        return f"{r.choice(['Dr.', 'Mr.', 'Ms.', 'Mrs.', 'Prof.', 'Dr'])} {first} {last}"
    if x < 0.12:
        return f"{first} {r.choice('ABCDEFGHJKLMNPRSTW')}. {last}"
    return f"{first} {last}" if x < 0.95 else f"{first} {last}-{name(r)}"


def company(r: Random, locale: str) -> str:
    """A company's name, of many shapes."""
    a, b, trade, suffix = name(r), name(r), r.choice(TRADE), r.choice(SUFFIX[locale])
    if locale == "id" and r.random() < 0.7:
        return f"PT {a} {b}"
    shapes = [
        f"{a} {trade} {suffix}", f"{a} {suffix}", f"{a} & {b} {suffix}", f"{a} {trade}", f"{a}{b.lower()} {suffix}", f"{a} {b} {suffix}", f"The {a} {r.choice(ITEM_B)} Company",
        f"{a} & {b}", f"{a.upper()} {trade} {suffix}", f"{r.choice(FIRST)}'s {trade}", f"{a} {r.choice(TRADE)} & {trade}", f"{a}-{b} {trade}", f"{a} {b} {trade} {suffix}",
        f"{''.join(r.choice('ABCDEFGHKLMNPRST') for _ in range(r.randint(2, 3)))} {trade} {suffix}", f"{a} ({b}) {suffix}", f"{a} {trade} of {b}", f"{a} {r.choice(ITEM_B)} {trade}",
    ]
    return r.choice(shapes[:6]) if r.random() < 0.5 else r.choice(shapes)


def item(r: Random) -> str:
    """What a row of a bill is about."""
    x = r.random()
    if x < 0.12:
        return r.choice(SERVICE)
    text = f"{r.choice(ITEM_A)} {r.choice(ITEM_B)}" if x < 0.55 else f"{name(r)} {r.choice(ITEM_B)}" if x < 0.8 else f"{r.choice(ITEM_B)}"
    x = r.random()
    if x < 0.12:
        text += f" {r.choice([2, 3, 5, 10, 12, 20, 25, 50, 100, 250, 500])}{r.choice(['mm', 'cm', 'ml', 'g', 'kg', ' pcs', 'W', 'L', ' m'])}"
    elif x < 0.18:
        text += f" ({r.choice(ITEM_A).lower()})"
    elif x < 0.24:
        text = f"{text} {code(r)}"
    return text


def code(r: Random) -> str:
    """A reference: letters, digits and joints of many shapes."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"

    def some(alphabet: str, least: int, most: int) -> str:
        return "".join(r.choice(alphabet) for _ in range(r.randint(least, most)))

    year, d = str(r.randint(2008, 2027)), "0123456789"
    return r.choice([
        lambda: f"{some(letters, 1, 4)}-{some(d, 3, 6)}", lambda: f"{some(letters, 2, 3)}{some(d, 4, 8)}", lambda: f"{year}-{some(d, 3, 5)}", lambda: f"{year}/{some(d, 2, 5)}", lambda: some(d, 4, 10),
        lambda: f"{some(letters, 2, 3)}/{year}/{some(d, 2, 4)}", lambda: f"{some(letters, 2, 4)}-{year}-{some(d, 2, 5)}", lambda: f"{some(d, 2, 4)}-{some(d, 3, 6)}-{some(d, 1, 3)}", lambda: f"{some(letters, 1, 2)}{some(d, 2, 4)}-{some(letters, 1, 2)}{some(d, 1, 3)}",
        lambda: f"{some(d, 5, 7)}-{r.choice(letters)}", lambda: f"{some(letters, 2, 3)}.{some(d, 3, 5)}.{some(d, 2, 3)}", lambda: some(letters + d, 6, 10), lambda: f"{some(letters, 2, 4)} {some(d, 3, 6)}",
    ])()


def address(r: Random, locale: str) -> list[str]:
    """The lines of a postal address."""
    shape = r.choice(STREET.get(locale, STREET["us"]).split("|"))
    fill = {"w": name(r), "v": name(r), "n": r.randint(1, 480), "m": r.randint(2, 90), "k": r.randint(1, 40)}
    lines = [shape.format(**fill)]
    if (areas := AREA.get(locale)) and r.random() < (0.7 if locale == "my" else 0.25):
        lines.append(r.choice(areas).format(w=name(r), k=r.randint(1, 30)))
    city = r.choice(CITY[locale]) if r.random() < 0.4 else name(r) + r.choice(["", "", " Bahru" if locale == "my" else "ville", " City", "ton", "burg"])
    letters = "ABCDEGHLMNPRSTWY"
    post = r.choice(POST[locale].split("|"))
    digits = {str(n): "".join(r.choice("0123456789") for _ in range(n)) for n in range(2, 7)}
    digits["5"] = r.choice("123456789") + digits["5"][1:]
    pair = r.choice(letters) + r.choice(letters)
    for key, value in {**digits, "S": pair, "c": city, "d": name(r), "G": f"{pair}{r.randint(1, 20)} {r.randint(1, 9)}{r.choice(letters)}{r.choice(letters)}", "A": f"{r.choice(letters)}{r.randint(1, 9)}{r.choice(letters)} {r.randint(1, 9)}{r.choice(letters)}{r.randint(1, 9)}"}.items():
        post = post.replace("{" + key + "}", value)
    lines += post.split("\n")
    if r.random() < 0.2:
        lines.append(COUNTRY[locale])
    return lines


def phone(r: Random) -> str:
    """A telephone number of some country."""
    shape = r.choice(["+## ## ### ####", "0##-#######", "(###) ###-####", "###-###-####", "+1 ### ### ####", "0#### ######", "+44 20 #### ####", "0# ## ## ## ##", "0##-### ####", "+49 ### ######", "0#-########"])
    return "".join(str(r.randint(0, 9)) if c == "#" else c for c in shape)


def email(r: Random, who: str) -> str:
    """An address made of a name."""
    parts = ["".join(c for c in p.lower() if c.isascii() and c.isalnum()) for p in who.split()]
    parts = [p for p in parts if p] or ["info"]
    domain = f"{word(r, 1, 2)}.{r.choice(['com', 'co.uk', 'de', 'net', 'org', 'eu', 'io', 'example', 'com.my', 'fr'])}"
    return f"{r.choice(['.'.join(parts[:2]), parts[0], parts[-1], 'info', 'sales', 'office', 'billing'])}@{domain}"
