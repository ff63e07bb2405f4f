"""Who issues a document: name, address, contacts; and how labels stand to values."""

from __future__ import annotations

from random import Random

from training.generator import lexicon as lex
from training.generator.page import Page
from training.generator.words import words

WORDS = words("bills")

_LABELS = WORDS["labels"]


def label(r: Random, concept: str, **fill: str) -> str:
    """A printed label of a concept."""
    text = r.choice(_LABELS[concept].split("|"))
    for key, value in fill.items():
        text = text.replace("{" + key + "}", value)
    return text.upper() if r.random() < 0.08 else text


def joint(p: Page) -> str:
    """What stands between label and value in this document."""
    return p.pick("joint", [": ", ": ", ":", "  ", "    ", " : ", "\t", " ", " - "])


def letterhead(p: Page, locale: str, who: str = "vendor", heading: str = "") -> None:
    """Name and address of a company, on lines of their own or on one."""
    r = p.r
    name = p.fact(who, lex.company(r, locale))
    shape = p.pick(f"{who}-head", ["lines", "lines", "lines", "one", "comma", "name", "inline"])
    lines = lex.address(r, locale)
    if heading and shape == "inline":
        p.add(f"{heading}: {name}")
    elif heading:
        p.add(heading + r.choice(["", ":"]), name)
    else:
        p.add(name)
    if who == "customer" and r.random() < 0.3:
        p.add(r.choice(["Attn: ", "c/o ", "Attention "]) + lex.person(r))
    if shape in ("lines", "inline"):
        comma = r.choice(["", "", ","])
        lines = [x + (comma if i < len(lines) - 1 else "") for i, x in enumerate(lines)]
        p.fact(f"{who}_address", "\n".join(lines))
        p.add(*lines)
    elif shape == "one":
        p.add(p.fact(f"{who}_address", ", ".join(lines)))
    elif shape == "comma":
        p.add(r.choice(["Address: ", "", "Address  "]) + p.fact(f"{who}_address", ", ".join(lines)))


def contacts(p: Page, sep: str, share: float = 0.4) -> list[str]:
    """Telephone, mail, web and tax number lines of the issuer."""
    r, lines = p.r, []
    seller = p.facts.get("vendor", "x y")
    makers = {
        "phone": lambda: lex.phone(r),
        "email": lambda: lex.email(r, seller),
        "website": lambda: (
            f"www.{lex.word(r, 2)}.{r.choice(['com', 'de', 'co.uk', 'net', 'org', 'fr'])}"
        ),
        "taxid": lambda: r.choice(
            [
                lex.code(r),
                "".join(r.choice("0123456789") for _ in range(12)),
                f"{r.choice(['DE', 'GB', 'FR', 'IT'])}{r.randint(10**8, 10**9 - 1)}",
                f"{r.randint(10**5, 10**6)}-{r.choice('ADHKMTUVWX')}",
            ]
        ),
    }
    for concept, make in makers.items():
        if r.random() < share:
            lines.append(f"{label(r, concept)}{sep}{p.fact(concept, make())}")
    r.shuffle(lines)
    return [r.choice(["  ", " | ", " - "]).join(lines)] if lines and r.random() < 0.2 else lines
