"""Running business prose: sentences that matter, sentences that do not.

A story has a main sentence, others that bear facts, and filler. What the summaries,
quotes and posts take is known from how it was written.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from training import lexicon as lex
from training import values as val


@dataclass
class Sentence:
    """A sentence, how much it matters (0 filler to 3 main), and its short form."""

    text: str
    weight: int
    short: str = ""


@dataclass
class Story:
    """A text: its title, its sentences in order, the facts that can be asked for."""

    kind: str
    title: str
    sentences: list[Sentence]
    facts: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    tags: list[str] = field(default_factory=list)

    def paragraphs(self, r: Random) -> list[str]:
        """The sentences in paragraphs."""
        out: list[str] = []
        row: list[str] = []
        for s in self.sentences:
            row.append(s.text)
            if r.random() < 0.3:
                out += [" ".join(row), ""]
                row = []
        out += [" ".join(row)] if row else []
        return out[:-1] if out and not out[-1] else out


_FILLER = """We thank everyone who took part.|More details will follow soon.|The team has worked on this for a long time.|Please share this with your colleagues.|As always, our staff are happy to help.|The weather was fine that day.|Nothing else was discussed.|Many of you have asked about it.|It was a busy time for all of us.|Lunch was served afterwards.|We look forward to your feedback.|Further information can be found on the intranet.|There were no other remarks.|The full text is in the annex.|Everybody enjoyed the event.|Thank you for your patience and trust.|We are proud of what we have achieved together.|Questions can be sent to the usual address.|This page will be updated from time to time.|The photographs were taken by a colleague.|It was a pleasure to work with all of you.|Parking is available behind the building.|Our doors are always open.|Some of it had been expected.|Let us know what you think.|A recording can be found in the archive.|The coffee machine is working again."""
FILLER = _FILLER.split("|")

# kind | title | main | main in short; slots in braces are filled by _slots
_MAIN = [
    ("opening", "{co} opens new {site} in {city}", "{co} will open a new {site} in {city} on {date}.", "{co} will open a new {site} in {city} on {date}."),
    ("opening", "New {site} in {city}", "On {date}, {co} opened its new {site} in {city}, which has room for {n} people.", "{co} opened its new {site} in {city} on {date}."),
    ("launch", "{co} launches {prod}", "{co} today announced {prod}, a {adj} {thing} for {who}.", "{co} announced {prod}, a {adj} {thing} for {who}."),
    ("launch", "Introducing {prod}", "We are happy to introduce {prod}, our new {adj} {thing} for {who}.", "{prod} is a new {adj} {thing} for {who}."),
    ("hire", "{person} joins {co}", "{co} has appointed {person} as {role}, effective {date}.", "{co} has appointed {person} as {role}."),
    ("hire", "{co} names new {role}", "{person} will become {role} of {co} on {date}.", "{person} will become {role} of {co} on {date}."),
    ("results", "{co}: results for the {quarter} quarter", "{co} reported revenue of {money} million for the {quarter} quarter, {up} of {pct} percent over the year before.", "{co} reported revenue of {money} million for the {quarter} quarter."),
    ("results", "{quarter} quarter report", "In the {quarter} quarter, revenue at {co} came to {money} million, compared with {money2} million a year earlier.", "Revenue at {co} came to {money} million in the {quarter} quarter."),
    ("incident", "Incident report: {thing} failure in {city}", "On {date}, the {adj} {thing} at the {city} {site} failed and was out of service for {n} hours.", "The {adj} {thing} at the {city} {site} failed on {date}."),
    ("incident", "Outage of {prod}", "{prod} was unavailable for {n} minutes on {date} because of a faulty {thing}.", "{prod} was unavailable for {n} minutes because of a faulty {thing}."),
    ("policy", "Change to our {topic} policy", "From {date}, the {topic} policy of {co} will change for all {who}.", "The {topic} policy of {co} will change from {date}."),
    ("policy", "New rules on {topic}", "All {who} must register their {topic} with {person} by {date}.", "All {who} must register their {topic} by {date}."),
    ("award", "{co} wins {topic} award", "{co} has won the {name} Prize for its work on {topic}.", "{co} has won the {name} Prize for its work on {topic}."),
    ("deal", "{co} acquires {co2}", "{co} has agreed to buy {co2} for {money} million.", "{co} has agreed to buy {co2} for {money} million."),
    ("deal", "{co} and {co2} work together", "{co} and {co2} have signed an agreement on {topic} that runs for {n} years.", "{co} and {co2} have signed an agreement on {topic}."),
    ("inspection", "Inspection of the {city} {site}", "The inspection of the {site} in {city} on {date} found {n} defects in the {thing}.", "The inspection found {n} defects in the {thing}."),
    ("meeting", "{topic} meeting", "The team met on {date} to decide on the {adj} {thing} for {city}.", "The team met to decide on the {adj} {thing} for {city}."),
    ("delay", "Delay of your order", "Your order of the {adj} {thing} will arrive later than planned, on {date}.", "The order of the {adj} {thing} will arrive on {date}."),
    ("event", "{name} {topic} conference", "The {name} conference on {topic} takes place in {city} on {date}.", "The {name} conference on {topic} takes place in {city} on {date}."),
    ("complaint", "Complaint about {thing}", "The {adj} {thing} that we bought from {co} on {date} stopped working after {n} days.", "The {adj} {thing} from {co} stopped working after {n} days."),
    ("study", "A study of {topic}", "A new study by {co} shows that {who} spend {pct} percent more on {topic} than before.", "A study shows that {who} spend {pct} percent more on {topic}."),
    ("recall", "Recall of {prod}", "{co} is recalling {n} units of {prod} because the {thing} may overheat.", "{co} is recalling {n} units of {prod}."),
]
_SIDE = [
    ("It will employ {n} {who}.", 2), ("{person}, {role}, said the step was important for {topic}.", 1), ("The cost is estimated at {money} million.", 2), ("The decision was made by {person}.", 2), ("The {thing} was replaced by a {adj} one.", 2),
    ("About {pct} percent of the {who} are affected.", 2), ("The work will take {n} weeks.", 2), ("{co2} supplied the {adj} {thing}.", 1), ("As a result, the number of {who} rose to {n}.", 2), ("In addition, the {site} in {city2} will be closed.", 2),
    ("However, costs for {topic} rose by {pct} percent.", 2), ("The {who} were informed on {date2}.", 1), ("{person2} will be in charge of {topic}.", 2), ("The next step is a review of the {thing}.", 2), ("Demand for the {adj} {thing} came mainly from {city2}.", 1),
    ("The board approved a budget of {money2} million for {topic}.", 2), ("No one was hurt.", 2), ("{co} was founded in {city2} and is known for its {thing}.", 1), ("The price will stay at {price}.", 2), ("Orders can be placed from {date2}.", 2), ("Operating profit fell to {money2} million.", 2),
    ("The cause was a worn {thing}.", 2), ("Customers can return the {thing} free of charge.", 2), ("{person} replaces {person2}, who is leaving the company.", 2), ("Registration is open until {date2}.", 2), ("The {thing} now lasts {n} hours.", 2), ("The new {thing} is available in {city} and {city2}.", 2),
    ("The company employs {n} people.", 2), ("Deliveries to {city2} resumed on {date2}.", 2), ("Training for {who} starts on {date2}.", 2), ("Revenue in {city2} grew by {pct} percent.", 2), ("The {topic} team expects {n} new {who} this year.", 2), ("All {who} receive a free {thing}.", 2),
]
_LISTS = {
    "site": "store|warehouse|factory|office|plant|service centre|workshop|laboratory|showroom|branch|distribution centre|depot|training centre",
    "thing": "pump|sensor|cable|conveyor|scanner|router|filter|printer|chair|lamp|battery|valve|app|platform|engine|display|charger|boiler|lift|door|heater|compressor|brake|tool|cooling system|power supply|delivery van|backpack|kettle|dashboard",
    "adj": "new|compact|reliable|wireless|digital|portable|faster|lighter|automatic|energy-saving|modern|quiet|solar|modular|smart|affordable|robust|recycled",
    "who": "customers|employees|visitors|suppliers|drivers|engineers|teachers|students|small businesses|families|nurses|members|partners|contractors|tenants|shop owners|cyclists|residents",
    "role": "chief executive|head of sales|finance director|managing director|chief engineer|head of operations|marketing manager|plant manager|head of research|chief technology officer",
    "topic": "travel|safety|packaging|recycling|data protection|energy|remote work|logistics|training|customer service|water|health|parking|quality|security|online sales|sustainability|transport|maintenance|pricing",
    "quarter": "first|second|third|fourth", "up": "an increase|a rise|a decline|growth",
}


def _slots(r: Random) -> dict[str, str]:
    out = {key: r.choice(text.split("|")) for key, text in _LISTS.items()}
    locale = r.choice(lex.LOCALES)
    dates, money = val.dates(r, "us", 0.9), val.money(r, locale)
    day = val.day(r)
    words = " ".join(lex.name(r) for _ in range(r.choice([1, 1, 2])))
    out |= {
        "co": lex.company(r, locale) if r.random() < 0.6 else f"{words} {r.choice(lex.TRADE)}", "co2": f"{lex.name(r)} {r.choice(lex.TRADE)}", "city": lex.name(r), "city2": r.choice(r.choice(list(lex.CITY.values()))), "person": lex.person(r).removeprefix("Dr. ").removeprefix("Mr. ").removeprefix("Ms. ").removeprefix("Mrs. ").removeprefix("Prof. "), "person2": f"{r.choice(lex.FIRST)} {r.choice(lex.LAST)}",
        "prod": f"{lex.name(r)} {r.choice(['One', 'Pro', 'Go', 'Plus', 'Air', r.choice(lex.ITEM_B), r.choice(lex.ITEM_B)])}", "name": lex.name(r), "date": dates.write(day), "date2": dates.write(day + timedelta(days=r.randint(3, 90))), "n": r.choice([str(r.randint(2, 99)), str(r.randint(100, 990)), f"{r.randint(1, 90)},{r.randint(0, 999):03}"]), "pct": r.choice([str(r.randint(2, 80)), f"{r.randint(1, 30)}.{r.randint(1, 9)}"]),
        "money": f"{money.before}{r.randint(1, 900)}.{r.randint(1, 9)}{money.after}", "money2": f"{money.before}{r.randint(1, 900)}{money.after}", "price": money.write(val.cents(r, 2, 900)),
    }
    if out["co"].endswith("."):
        out["co"] = out["co"][:-1].rsplit(" ", 1)[0] if " " in out["co"] else out["co"][:-1]
    return out


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def story(r: Random, length: int) -> Story:
    """A story of about `length` sentences."""
    kind, title, main, short = r.choice(_MAIN)
    slots = _slots(r)
    sentences = [Sentence(_upper(main.format(**slots)), 3, _upper(short.format(**slots)))]
    for shape, weight in r.sample(_SIDE, min(len(_SIDE), max(0, length - 1))):
        inner = slots | {k: v for k, v in _slots(r).items() if k not in ("co", "city", "topic", "prod", "person") and r.random() < 0.8}
        if r.random() < 0.25:
            sentences.append(Sentence(r.choice(FILLER), 0))
        else:
            text = _upper(shape.format(**inner))
            bare = text.removeprefix("As a result, ").removeprefix("In addition, ").removeprefix("However, ")
            sentences.append(Sentence(text, weight, _upper(bare)))
    if r.random() < 0.15:
        sentences.insert(0, Sentence(r.choice(FILLER), 0))
    facts: dict[str, tuple[str, str, str]] = {}
    names = {"co": "company organisation business company_name employer", "city": "city location place", "date": "date when effective_date event_date", "person": "person name appointee who", "prod": "product product_name", "role": "role position job_title", "topic": "topic theme area", "co2": "partner acquired_company other_company target"}
    for key, synonyms in names.items():
        if "{" + key + "}" in main:
            facts[key] = (synonyms, "date" if key == "date" else "text", slots[key])
    for key, synonyms in (("money", "amount revenue value sum_in_millions"), ("pct", "percent change_percent growth")):
        if "{" + key + "}" in main:
            facts[key] = (synonyms, "number", "".join(c for c in slots[key] if c.isdigit() or c == "."))
    tags = [slots[k] for k in ("topic", "prod", "city", "site", "thing", "name") if "{" + k + "}" in main]
    seen: set[str] = set()
    kept = [s for s in sentences if not (s.text in seen or seen.add(s.text))]  # type: ignore[func-returns-value]
    return Story(kind, _upper(title.format(**slots)), kept, facts, tags)


_NOUN = "system method team report plan network market result model budget contract process survey rule design review path sample force region language school bridge river engine letter song garden window theory cell signal crowd harvest journey council record museum crisis vote storm mountain island kitchen library factory village forest border treaty vaccine planet orbit gene protein tax loan strike court crime prison novel film match goal coach train road tunnel airport ticket wage price".split()
_ADJ = "large small early late public local simple complex careful strong weak common rare recent ancient modern open quiet sharp broad narrow steady sudden formal foreign human wild clear hidden entire single deep linear robust novel efficient mild heavy".split()
_VERB = "improves supports replaces describes limits follows explains changes reduces increases opens closes covers measures shows questions protects divides joins predicts".split()
_LINK = ["", "", "", "", "", "In particular, ", "Moreover, ", "However, ", "For this reason, ", "At the same time, ", "Specifically, ", "In {n}, ", "According to {p}, ", "As a result, "]
_END = ["", "", "", "", " in {c}", " for {n} years", " since {n}", ", which {v} the {x} {y}", " and {v} the {y}", " by {n} percent", " with the help of {p}", " (see {c})", ", as {p} said", " when the {x} {y} {v} it"]


def plain(r: Random, length: int) -> Story:
    """A text about nothing in particular, of which the first sentences count most."""
    topic = [r.choice(_NOUN) if r.random() < 0.7 else lex.word(r, 2) for _ in range(4)]
    sentences = []
    for i in range(length):
        a, b = (r.choice(topic) if r.random() < 0.6 else r.choice(_NOUN) for _ in range(2))
        start = r.choice(["The {x1} {a}", "A {x1} {a}", "{p}", "{c}", "We propose a {x1} {a} that", "This {a}", "The {a} of the {x1} {y}", "Each {a}", "Our {a}"])
        link = r.choice(_LINK)
        shape = link + (start if not link or start[0] == "{" else start[0].lower() + start[1:]) + " {v1} the {x2} {b}" + r.choice(_END) + "."
        words = {"a": a, "b": b, "x": r.choice(_ADJ), "x1": r.choice(_ADJ), "x2": r.choice(_ADJ), "y": r.choice(_NOUN), "v": r.choice(_VERB), "v1": r.choice(_VERB), "n": str(r.randint(2, 2020)), "p": f"{r.choice(lex.FIRST)} {lex.name(r)}", "c": lex.name(r)}
        text = shape.format(**words)
        bare = shape if link.startswith(("In {n}", "According")) else shape[len(link) :]
        sentences.append(Sentence(_upper(text), max(1, 3 - i), _upper(bare.format(**words))))
    title = f"The {topic[0]} and the {topic[1]}"
    return Story("plain", title, sentences, {}, [t for t in topic])
