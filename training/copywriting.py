"""Summaries, product copy, posts and replies: what is asked and what a careful writer answers."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from slmtasks import templates
from training import lexicon as lex
from training import values as val
from training.stories import FILLER, Story, plain, story

Made = tuple[str, str, list[dict[str, str]], Any, str, list[str]]
TONES = ["neutral", "friendly", "formal", "enthusiastic", "luxurious"]
LANGUAGES = ["English"]


def _document(tale: Story, r: Random) -> str:
    body = "\n".join(tale.paragraphs(r)) if r.random() < 0.6 else " ".join(s.text for s in tale.sentences)
    x = r.random()
    if x < 0.35:
        return f"{tale.title}\n\n{body}"
    return f"# {tale.title}\n\n{body}" if x < 0.42 else body


def _best(tale: Story, n: int) -> list[Any]:
    """The n weightiest sentences, in their order."""
    order = sorted(range(len(tale.sentences)), key=lambda i: (-tale.sentences[i].weight, i))[:n]
    return [tale.sentences[i] for i in sorted(order)]


def summarize(r: Random, size: int) -> Made | None:
    """A story in one of the four styles."""
    tale = story(r, max(2, min(24, size // 26))) if r.random() < 0.75 else plain(r, max(2, min(20, size // 22)))
    text = _document(tale, r)
    style = r.choice(["tldr", "key_points", "headline", "quotes"])
    variables: dict[str, str] = {"document": text}
    copied: list[str] = []
    if style == "tldr":
        n = r.choice([k for k in (1, 2, 3) if k <= len(tale.sentences)])
        variables["tldr"] = str(n)
        answer: Any = {"sentences": [s.short or s.text for s in _best(tale, n)]}
    elif style == "key_points":
        n = r.choice([3, 5, 7])
        variables["key_points"] = str(n)
        answer = {"points": [s.short or s.text for s in _best(tale, n) if s.weight > 0]}
        if any(len(point) > 200 for point in answer["points"]):
            return None
    elif style == "headline":
        n = r.choice([12, 17, 22])
        variables["headline"] = str(n)
        main = max(tale.sentences, key=lambda s: s.weight)
        text_ = (main.short or main.text).rstrip(".")
        if len(text_.split()) > n:
            text_ = tale.title
        if len(text_.split()) > n or (text_ == tale.title and tale.title not in text):
            return None
        answer = {"headline": text_}
    else:
        n = r.choice([1, 3, 5, 7])
        variables["quotes"] = str(n)
        answer = {"quotes": [s.text for s in _best(tale, n)]}
        copied = answer["quotes"]
    if r.random() < 0.05:
        variables["language"] = "English"
    if r.random() < 0.05:
        variables["focus"] = r.choice(["costs", "dates", "people", "what changes", "the next steps"])
    return f"summarize:{tale.kind}:{style}", "summarize", templates.load("summarize").messages(variables), answer, text, copied


_OPEN = {
    "neutral": ["{a} for {who}."], "friendly": ["Meet {name}, made for {who}.", "Say hello to {name}."], "formal": ["{name} is designed for {who}."],
    "enthusiastic": ["You will love {name}!", "{name} is here!"], "luxurious": ["Discover the elegance of {name}.", "{name}: refined in every detail."],
}
_CLOSE = {"neutral": "", "friendly": "We think you will like it.", "formal": "It meets the highest expectations.", "enthusiastic": "Get yours today!", "luxurious": "A choice of quiet distinction."}
_FEATURE = ["{adj} {noun}", "{adj} {noun} for {use}", "{noun} with {adj} {noun2}", "easy to {verb}", "made of {mat}", "{adj} design", "{noun} and {noun2} included"]
_WORDS = {"adj": "soft,quiet,fast,light,strong,washable,foldable,wireless,removable,waterproof,adjustable,non-slip,bright,slim,padded,durable", "noun": "handle,cover,frame,motor,battery,strap,pocket,display,lid,base,screen,grip,seat,filter,blade,zip,cable,timer", "use": "travel,daily use,small rooms,outdoor use,the office,children,long days,camping,beginners", "verb": "clean,carry,store,install,fold,use,refill,assemble", "mat": "steel,oak,bamboo,cotton,glass,aluminium,leather,wool,recycled plastic"}
_SPEC = {"Weight": ["g", "kg"], "Height": ["cm", "mm"], "Width": ["cm", "mm"], "Capacity": ["l", "ml"], "Power": ["W"], "Battery life": ["hours"], "Length": ["m", "cm"], "Warranty": ["years"], "Range": ["m", "km"]}
_PLACE = {"Area": ["riverside", "city centre", "old town", "harbour"], "Food": ["Italian", "Indian", "French", "Thai", "Greek", "Mexican"], "Rating": ["high", "low", "average"], "Colour": ["black", "white", "navy blue", "red"], "Material": ["steel", "oak", "linen", "glass"], "Near": ["The {w} Inn", "{w} Station", "{w} Park"], "Family friendly": ["yes", "no"], "Dishwasher safe": ["yes", "no"], "Wireless": ["yes", "no"], "Eat type": ["pub", "restaurant", "coffee shop"], "Customer rating": ["high", "low", "5 out of 5", "3 out of 5", "1 out of 5"], "Made in": ["Italy", "Japan", "Portugal", "{w}"], "Size": ["S", "M", "L", "XL"], "Style": ["modern", "classic", "rustic"], "Price range": ["moderate", "cheap", "high", "less than {m}", "{m}-{n}"]}


def _phrase(shape: str, r: Random) -> str:
    words = {k: r.choice(v.split(",")) for k, v in _WORDS.items()}
    words["noun2"] = r.choice(_WORDS["noun"].split(","))
    return shape.format(**words)


def _feature(text: str) -> str:
    """A feature as a sentence."""
    if text.startswith(("easy", "made")):
        return f"It is {text}."
    if text.endswith(("design", "included")):
        return f"{text[:1].upper()}{text[1:]}." if text.endswith("included") else f"It has a {text}."
    return f"It has {'an' if text[0] in 'aeiou' else 'a'} {text}."


def _spec(key: str, value: str) -> str:
    """A specification as a sentence."""
    name = key.lower()
    if value in ("yes", "no"):
        return f"It is {'' if value == 'yes' else 'not '}{name}."
    shapes = {"near": "You find it near {v}.", "food": "It serves {v} food.", "area": "It is in the {v} area.", "style": "The style is {v}.", "made in": "It is made in {v}.", "eat type": "It is a {v}."}
    return shapes.get(name, "The {k} is {v}.").format(k=name, v=value)


def describe(r: Random, size: int) -> Made | None:
    """The copy of a product from its sheet."""
    name = f"{lex.name(r)}{r.choice(['', ' ' + lex.name(r), ' ' + r.choice(lex.ITEM_B), ' ' + r.choice(['Pro', 'One', 'Air', 'Max', str(r.randint(2, 900))])])}"
    if r.random() < 0.2:
        name = f"The {name}"
    tone, length = r.choice(TONES), r.choice(["short", "medium", "long"])
    kind = r.choice([r.choice(lex.ITEM_B).lower(), "restaurant", "coffee shop", "pub", "hotel", "kitchen tool", "office chair", "app", "garden tool"])
    category, brand, who = (kind if r.random() < 0.8 else ""), (lex.name(r) if r.random() < 0.5 else ""), (r.choice(["families", "students", "small offices", "cyclists", "cooks", "gardeners", "travellers"]) if r.random() < 0.5 else "")
    money = val.money(r, r.choice(lex.LOCALES))
    price = money.write(val.cents(r, 3, 900)) if r.random() < 0.5 else ""
    features = list(dict.fromkeys(_phrase(r.choice(_FEATURE), r) for _ in range(r.randint(0, 5))))
    pool = r.sample([*_SPEC, *_PLACE], r.randint(0 if features else 1, 6))
    specs = {k: (f"{r.choice([r.randint(2, 90), r.randint(1, 9) + r.randint(1, 9) / 10])} {r.choice(_SPEC[k])}" if k in _SPEC else r.choice(_PLACE[k]).format(w=lex.name(r), m=money.write(r.randint(5, 90) * 100), n=money.write(r.randint(91, 200) * 100))) for k in pool}
    sheet = [f"Name: {name}"] + [f"{k}: {v}" for k, v in (("Category", category), ("Brand", brand), ("Audience", who), ("Price", price)) if v]
    if features:
        sheet += ["Features:", *(f"- {f}" for f in features)]
    if specs:
        sheet += ["Specs:", *(f"- {k}: {v}" for k, v in specs.items())]
    if r.random() < 0.2:
        sheet.append("Keywords: " + ", ".join(r.sample(_WORDS["noun"].split(","), 2)))
    text = "\n".join(sheet)
    cap = {"short": 300, "medium": 600, "long": 1200}[length]
    noun = category or "product"
    article = "an" if noun[0] in "aeiou" else "a"
    by = f" by {brand}" if brand else ""
    lead = f"{name} is {article} {noun}{by}{' for ' + who if who else ''}."
    parts = [lead]
    if tone != "neutral" and (who or "{who}" not in _OPEN[tone][0]):
        parts.insert(0, r.choice([o for o in _OPEN[tone] if who or "{who}" not in o] or [""]).format(name=name, who=who, a=noun))
    facts = [_feature(f) for f in features] + [_spec(k, v) for k, v in specs.items()]
    if price:
        facts.append(f"The price is {price}.")
    keep = {"short": 3, "medium": 7, "long": 20}[length]
    parts += facts[:keep]
    if _CLOSE[tone]:
        parts.append(_CLOSE[tone])
    body = " ".join(x for x in parts if x)
    bullets = [*(f[:1].upper() + f[1:] for f in features), *(f"{k}: {v}" for k, v in specs.items())][: {"short": 3, "medium": 5, "long": 7}[length]]
    title = f"{name} – {noun}{by}" if category and r.random() < 1 else f"{name}{by}"
    first = features[0] if features else f"{next(iter(specs)).lower()}: {next(iter(specs.values()))}"
    tagline = f"{noun.capitalize()} for {who}" if who else f"{noun.capitalize()} with {first}" if features and not first.startswith(("easy", "made")) else f"{noun.capitalize()}, {first}"
    answer = {"title": title, "tagline": tagline, "description": body, "bullets": bullets, "meta_description": " ".join([lead, *facts[:1]])}
    if len(body) > cap or len(title) > 80 or len(tagline) > 80 or len(answer["meta_description"]) > 160 or not bullets or any(len(b) > 100 for b in bullets):
        return None
    return f"describe:{tone}:{length}:{kind}", "describe_product", templates.load("describe_product").messages({"tone": tone, "length": length, "document": text}), answer, text, [name]


_HOOK = {"neutral": [""], "friendly": ["Good news!", "Hello everyone!", "We have news to share."], "formal": ["We are pleased to inform you:", "Announcement:"], "enthusiastic": ["Big news!", "Exciting times!"], "luxurious": ["A new chapter begins."]}
_LIMITS = {"x": 280, "linkedin": 3000, "facebook": 5000, "instagram": 2200, "threads": 500, "bluesky": 300, "mastodon": 500}


def social(r: Random, size: int) -> Made | None:
    """A post about a story."""
    tale = story(r, max(2, min(16, size // 28)))
    text = _document(tale, r)
    platform, tone, count = r.choice(list(_LIMITS)), r.choice(TONES), r.choice([0, 1, 2, 3, 3, 3, 5])
    limit = _LIMITS[platform] - r.choice([0, 24, 40, 60, 90])
    best = _best(tale, 1 if limit < 260 else 2 if limit < 600 else 3)
    body = " ".join(x for x in [r.choice(_HOOK[tone]), *(s.short or s.text for s in best)] if x)
    while len(body) > limit and len(best) > 1:
        best.pop()
        body = " ".join(x for x in [r.choice(_HOOK[tone]), *(s.short or s.text for s in best)] if x)
    if len(body) > limit:
        return None
    tags: list[str] = []
    for phrase in tale.tags:
        tag = "".join(w[:1].upper() + w[1:] for w in re.findall(r"[^\W\d_]+", phrase))
        if 2 <= len(tag) <= 20 and tag not in tags:
            tags.append(tag)
    answer = {"text": body, "hashtags": tags[:count]}
    return f"social:{tale.kind}:{platform}", "social_post", templates.load("social_post").messages({"platform": platform, "limit": str(limit), "hashtags": str(count), "tone": tone, "document": text}), answer, text, []


_TOPICS: dict[str, tuple[list[str], list[str]]] = {
    "shipping": (["We ship to {c} and {c2}.", "Delivery takes {n} working days.", "Orders are shipped within {n} days.", "Shipping to {c} costs {m}."], ["How long does delivery take?", "When will my order arrive?", "Do you ship to {c}?", "How fast do you deliver?"]),
    "returns": (["Goods can be returned within {n} days.", "You can send back unused items within {n} days of delivery.", "Returns are free of charge for {n} days."], ["Can I return it?", "How do I send something back?", "What is your return policy?", "I do not like it. Can I give it back?"]),
    "warranty": (["The {t} comes with a warranty of {n} years.", "There is a {n}-year guarantee on every {t}."], ["How long is the warranty?", "Is there a guarantee?", "What if it breaks next year?"]),
    "hours": (["The shop is open from {h} to {h2} on weekdays.", "We are open every day except Sunday, from {h} to {h2}."], ["When are you open?", "What are your opening hours?", "Are you open on Saturday?"]),
    "payment": (["We accept {p} and {p2}.", "You can pay by {p} or {p2}."], ["How can I pay?", "Which payment methods do you take?", "Do you accept {p}?"]),
    "price": (["The {t} costs {m}.", "The price of the {t} is {m}."], ["How much is the {t}?", "What does the {t} cost?", "Can you tell me the price?"]),
    "stock": (["The {t} is in stock.", "The {t} is sold out until {d}."], ["Is the {t} available?", "Do you have the {t} in stock?"]),
    "contact": (["Our support team can be reached at {e}.", "You can call us on {ph}."], ["How can I reach you?", "What is your phone number?", "How do I contact support?"]),
    "size": (["The {t} weighs {n} kg.", "The {t} is {n} cm wide and {n2} cm high."], ["How big is the {t}?", "How heavy is the {t}?", "What are the dimensions?"]),
    "battery": (["The battery of the {t} lasts {n} hours.", "Charging takes {n} minutes."], ["How long does the battery last?", "How long does it take to charge?"]),
    "parking": (["There are {n} free parking spaces behind the building.", "Parking costs {m} per day."], ["Where can I park?", "Is there parking?"]),
    "pets": (["Dogs are welcome on the ground floor.", "Pets are not allowed."], ["Can I bring my dog?", "Are pets allowed?"]),
    "breakfast": (["Breakfast is served from {h} to {h2}.", "Breakfast is included in the price."], ["When is breakfast?", "Is breakfast included?"]),
    "cancel": (["You can cancel free of charge until {n} days before arrival.", "The contract can be cancelled with {n} weeks of notice."], ["Can I cancel my booking?", "How do I cancel?"]),
    "discount": (["Students get a discount of {n} percent.", "There is a discount of {n} percent on orders above {m}."], ["Is there a discount?", "Do students pay less?"]),
    "material": (["The {t} is made of {mat}.", "All parts of the {t} are made of {mat}."], ["What is it made of?", "Which material is the {t}?"]),
    "repair": (["Repairs take about {n} weeks.", "Send the {t} to our workshop in {c} for repair."], ["Can you repair it?", "My {t} is broken. What can I do?"]),
    "wifi": (["Wireless internet is free in all rooms."], ["Do you have Wi-Fi?", "Is there internet in the room?"]),
}
_SORRY = ["Thank you for your message. I am sorry, but I have no information about that. A colleague will get back to you.", "Thank you for asking. Unfortunately our information does not answer this question.", "I am sorry, the information I have does not say this. Please contact our team."]
_HELLO = {"neutral": ["Thank you for your message."], "friendly": ["Hi, thanks for asking!", "Hello and thank you for your question!"], "formal": ["Dear customer, thank you for your enquiry."], "enthusiastic": ["Great question!"], "luxurious": ["It is a pleasure to assist you."]}
_PLEASED = {"neutral": "", "friendly": "Let us know if you need anything else.", "formal": "We remain at your disposal.", "enthusiastic": "We look forward to hearing from you!", "luxurious": "We would be delighted to welcome you."}


def reply(r: Random, size: int) -> Made | None:
    """A customer's question, answered from facts or politely not."""
    money = val.money(r, "us")
    thing = r.choice([r.choice(lex.ITEM_B).lower(), f"{lex.name(r)} {r.choice(lex.ITEM_B)}", lex.name(r)])
    fill = {"c": r.choice(list(lex.COUNTRY.values())), "c2": lex.name(r), "n": str(r.randint(2, 90)), "n2": str(r.randint(2, 90)), "m": money.write(val.cents(r, 2, 300)), "t": thing, "h": f"{r.randint(6, 11)}:00", "h2": f"{r.randint(12, 22)}:00", "p": r.choice(["credit card", "bank transfer", "invoice"]), "p2": r.choice(["cash", "PayPal", "direct debit"]), "d": val.dates(r, "us", 1).write(val.day(r)), "e": lex.email(r, lex.person(r)), "ph": lex.phone(r), "mat": r.choice(_WORDS["mat"].split(","))}
    topics = r.sample(list(_TOPICS), min(len(_TOPICS), max(2, min(9, size // 30))))
    said: dict[str, str] = {t: r.choice(_TOPICS[t][0]).format(**fill | {"n": str(r.randint(2, 90))}) for t in topics}
    sentences = list(said.values())
    for _ in range(r.choice([0, 0, 1, 2])):
        sentences.insert(r.randint(0, len(sentences)), r.choice(FILLER))
    facts = r.choice([" ", "\n"]).join(dict.fromkeys(sentences))
    answered = r.random() < 0.7
    topic = r.choice(topics) if answered else r.choice([t for t in _TOPICS if t not in topics])
    message = r.choice(_TOPICS[topic][1]).format(**fill)
    if r.random() < 0.3:
        message = f"{r.choice(['Hi, ', 'Hello, ', 'Good morning. ', 'Dear team, '])}{message}"
    tone = r.choice(TONES)
    if answered:
        text = " ".join(x for x in [r.choice(_HELLO[tone]), said[topic], _PLEASED[tone]] if x)
        answer: Any = {"quotes": [said[topic]], "text": text}
    else:
        answer = {"quotes": [], "text": r.choice(_SORRY)}
    variables: dict[str, Any] = {"document": facts, "tone": tone, "message": message}
    if r.random() < 0.1:
        other = r.choice([t for t in _TOPICS if t != topic])
        variables["history"] = [{"role": "customer", "text": r.choice(_TOPICS[other][1]).format(**fill)}, {"role": "agent", "text": r.choice(_SORRY)}]
    return f"reply:{topic}:{answered}", "reply", templates.load("reply").messages(variables), answer, facts + "\n" + message, answer["quotes"]
