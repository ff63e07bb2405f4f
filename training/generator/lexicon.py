"""Where values come from: made-up words, names, places, products, per locale.

Half of what a document holds is spelled from syllables, so that a model that
remembers words instead of copying them is wrong half the time. Everything is drawn
from the `random.Random` that the caller brings.
"""

from __future__ import annotations

from random import Random

from training.generator.words import words

WORDS = words("lexicon")

_ON = WORDS["on"]
_NU = "a e i o u a e i o ai au ea ee ei ia ie io oa oo ou y".split()
_CO = ["", "", "", "", *"n r l s t k m d x nd ng nt rd rk rn rt sk st ck ll ss ns lm".split()]

FIRST = WORDS["first"]
LAST = WORDS["last"]
TRADE = WORDS["trade"]
SUFFIX = WORDS["suffix"]
LOCALES = ["us"] * 5 + ["gb"] * 4 + list(SUFFIX)
CITY = WORDS["city"]
ITEM_A = WORDS["item_a"]
ITEM_B = WORDS["item_b"]
SERVICE = WORDS["service"]
STREET = WORDS["street"]
AREA = WORDS["area"]
POST = WORDS["post"]
COUNTRY = WORDS["country"]
PREFIX = WORDS["prefix"]
STATE = WORDS["state"]
SHOP = WORDS["shop"]


def word(r: Random, least: int = 1, most: int = 3) -> str:
    """A made-up word, in lower case."""
    while True:
        text = "".join(
            r.choice(_ON) + r.choice(_NU) + r.choice(_CO) for _ in range(r.randint(least, most))
        )
        if r.random() < 0.2:
            text = text[1:] if text[1] in "aeiou" else text
        if 3 <= len(text) <= 12:
            return text


def name(r: Random) -> str:
    """A proper word: made up two times in three, else a family name or a city."""
    x = r.random()
    if x < 0.65:
        return word(r, 1, 2).capitalize()
    return r.choice(LAST) if x < 0.85 else r.choice(r.choice(list(CITY.values())))


def place(r: Random) -> str:
    """The name of a street or town, one time in four of two words."""
    return name(r) if r.random() < 0.75 else f"{name(r)} {name(r)}"


def person(r: Random) -> str:
    """First and last name, sometimes with a title or an initial."""
    first = r.choice(FIRST) if r.random() < 0.7 else word(r, 1, 2).capitalize()
    last = r.choice(LAST) if r.random() < 0.55 else word(r, 1, 2).capitalize()
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
        f"{a} {trade} {suffix}",
        f"{a} {suffix}",
        f"{a} & {b} {suffix}",
        f"{a} {trade}",
        f"{a}{b.lower()} {suffix}",
        f"{a} {b} {suffix}",
        f"The {a} {r.choice(ITEM_B)} Company",
        f"{a} & {b}",
        f"{a.upper()} {trade} {suffix}",
        f"{r.choice(FIRST)}'s {trade}",
        f"{a} {r.choice(TRADE)} & {trade}",
        f"{a}-{b} {trade}",
        f"{a} {b} {trade} {suffix}",
        f"{''.join(r.choice('ABCDEFGHKLMNPRST') for _ in range(r.randint(2, 3)))} {trade} {suffix}",
        f"{a} ({b}) {suffix}",
        f"{a} {trade} of {b}",
        f"{a} {r.choice(ITEM_B)} {trade}",
    ]
    shape = r.choice(shapes[:6]) if r.random() < 0.5 else r.choice(shapes)
    return shape.replace(" ,", ",")


def legal(r: Random, locale: str) -> str:
    """A company's name that says by its end that it is one."""
    trade, suffix = r.choice(TRADE), r.choice(SUFFIX[locale])
    words = [name(r), *r.choice([[name(r)], [trade], [name(r), trade]]), suffix]
    return " ".join(words).replace(" ,", ",")


def shop(r: Random, locale: str) -> str:
    """A shop's name: a company, or the way that shops of the place are called."""
    if locale in SHOP and r.random() < 0.4:
        text = r.choice(SHOP[locale]).format(w=name(r), v=name(r), n=r.randint(2, 900))
    else:
        text = company(r, locale)
    if r.random() < 0.1:
        letters = [r.choice("ABCDEFGHJKLMNPRSTW") for _ in range(r.randint(2, 4))]
        start = r.choice(["".join(f"{x}." for x in letters), " ".join(letters), "".join(letters)])
        text = f"{r.choice(['', '', 'Mr ', 'Dr. '])}{start} {text}"
    x = r.random()
    if x < 0.05:
        return f"{text} {r.randint(2, 99)}"
    if x < 0.2 and "(" not in text:
        inner = r.choice([name(r), "M", f"{name(r)} {name(r)}", r.choice("MSKJ")])
        first, *rest = text.split(" ")
        # Within the name, as a branch before its legal form, as often as behind it.
        at = r.randint(0, len(rest))
        return " ".join([first, *rest[:at], f"({inner})", *rest[at:]])
    return text


def item(r: Random) -> str:
    """What a row of a bill is about."""
    x = r.random()
    if x < 0.12:
        return r.choice(SERVICE)
    text = (
        f"{r.choice(ITEM_A)} {r.choice(ITEM_B)}"
        if x < 0.55
        else f"{name(r)} {r.choice(ITEM_B)}"
        if x < 0.8
        else f"{r.choice(ITEM_B)}"
    )
    x = r.random()
    if x < 0.12:
        size = r.choice([2, 3, 5, 10, 12, 20, 25, 50, 100, 250, 500])
        text += f" {size}{r.choice(['mm', 'cm', 'ml', 'g', 'kg', ' pcs', 'W', 'L', ' m'])}"
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
    return r.choice(
        [
            lambda: f"{some(letters, 1, 4)}-{some(d, 3, 6)}",
            lambda: f"{some(letters, 2, 3)}{some(d, 4, 8)}",
            lambda: f"{year}-{some(d, 3, 5)}",
            lambda: f"{year}/{some(d, 2, 5)}",
            lambda: some(d, 4, 10),
            lambda: f"{some(letters, 2, 3)}/{year}/{some(d, 2, 4)}",
            lambda: f"{some(letters, 2, 4)}-{year}-{some(d, 2, 5)}",
            lambda: f"{some(d, 2, 4)}-{some(d, 3, 6)}-{some(d, 1, 3)}",
            lambda: f"{some(letters, 1, 2)}{some(d, 2, 4)}-{some(letters, 1, 2)}{some(d, 1, 3)}",
            lambda: f"{some(d, 5, 7)}-{r.choice(letters)}",
            lambda: f"{some(letters, 2, 3)}.{some(d, 3, 5)}.{some(d, 2, 3)}",
            lambda: some(letters + d, 6, 10),
            lambda: f"{some(letters, 2, 4)} {some(d, 3, 6)}",
        ]
    )()


def address(r: Random, locale: str) -> list[str]:
    """The lines of a postal address."""
    shape = r.choice(STREET.get(locale, STREET["us"]).split("|"))
    fill = {
        "w": place(r),
        "v": name(r),
        "n": r.randint(1, 480),
        "m": r.randint(2, 90),
        "k": r.randint(1, 40),
    }
    lines = [shape.format(**fill)]
    if (areas := AREA.get(locale)) and r.random() < (0.7 if locale == "my" else 0.25):
        lines.append(r.choice(areas).format(w=name(r), v=name(r), k=r.randint(1, 30)))
    city = (
        r.choice(CITY[locale])
        if r.random() < 0.4
        else place(r)
        + r.choice(["", "", " Bahru" if locale == "my" else "ville", " City", "ton", "burg"])
    )
    if r.random() < 0.15:
        city = f"{r.choice(PREFIX.get(locale, PREFIX['us']))} {name(r)}"
    letters = "ABCDEGHLMNPRSTWY"
    post = r.choice(POST[locale].split("|"))
    digits = {str(n): "".join(r.choice("0123456789") for _ in range(n)) for n in range(2, 7)}
    digits["5"] = r.choice("123456789") + digits["5"][1:]
    pair = r.choice(letters) + r.choice(letters)

    def some(shape: str) -> str:
        return "".join(r.choice(letters) if c == "A" else str(r.randint(1, 9)) for c in shape)

    for key, value in {
        **digits,
        "S": pair,
        "c": city,
        "d": name(r),
        "G": f"{pair}{r.randint(1, 20)} {r.randint(1, 9)}{r.choice(letters)}{r.choice(letters)}",
        "A": f"{some('A9A')} {some('9A9')}",
    }.items():
        post = post.replace("{" + key + "}", value)
    lines += post.split("\n")
    if locale in STATE and r.random() < (0.65 if locale == "my" else 0.3):
        state, x = r.choice(STATE[locale]), r.random()
        if x < 0.45:
            lines.append(state)
        else:
            lines[-1] += (", " if x < 0.85 else " ") + state
    if r.random() < 0.2:
        lines.append(COUNTRY[locale])
    return lines


def phone(r: Random) -> str:
    """A telephone number of some country."""
    shape = r.choice(
        [
            "+## ## ### ####",
            "0##-#######",
            "(###) ###-####",
            "###-###-####",
            "+1 ### ### ####",
            "0#### ######",
            "+44 20 #### ####",
            "0# ## ## ## ##",
            "0##-### ####",
            "+49 ### ######",
            "0#-########",
        ]
    )
    return "".join(str(r.randint(0, 9)) if c == "#" else c for c in shape)


def email(r: Random, who: str) -> str:
    """An address made of a name."""
    parts = ["".join(c for c in p.lower() if c.isascii() and c.isalnum()) for p in who.split()]
    parts = [p for p in parts if p] or ["info"]
    end = r.choice(["com", "co.uk", "de", "net", "org", "eu", "io", "example", "com.my", "fr"])
    box = [".".join(parts[:2]), parts[0], parts[-1], "info", "sales", "office", "billing"]
    return f"{r.choice(box)}@{word(r, 1, 2)}.{end}"
