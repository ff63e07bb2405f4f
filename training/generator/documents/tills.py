"""The foot of a till receipt: the total among the amounts that look like it."""

from __future__ import annotations

from training.generator import values as val
from training.generator.page import Page
from training.generator.words import words

WORDS = words("receipts")

_NOTES = (1000, 2000, 5000, 10000, 20000, 50000)


class Foot:
    """Lines of labels and amounts, printed in one way from first to last."""

    def __init__(self, p: Page, money: val.Money, sep: str, rate: int) -> None:
        self.p, self.r, self.money, self.sep, self.rate = p, p.r, money, sep, rate
        self.sign = p.pick("sign", ["none", "none", "none", "glued", "apart", "label"])
        self.flow = p.pick("flow", ["same"] * 9 + ["below", "mixed", "mixed", "pairs"])
        self.cells: list[tuple[str, str]] = []

    def amount(self, cents: int) -> str:
        """An amount as this receipt prints it."""
        number, unit = self.money.number(abs(cents)), self.money.before.strip() or "RM"
        number = {"glued": f"{unit}{number}", "apart": f"{unit} {number}"}.get(self.sign, number)
        return f"-{number}" if cents < 0 else number

    def line(self, kind: str, cents: int, concept: str = "") -> None:
        """One amount under one of the labels of its kind; a concept can be asked for."""
        label = self.r.choice(WORDS[kind].split("|")).replace("{p}", str(self.rate))
        if self.sign == "label" and self.r.random() < 0.7:
            label += f" ({self.money.before.strip() or 'RM'})"
        self.cells.append((label, self.amount(cents)))
        if concept and (cents >= 0 or self.sign in ("none", "label")):
            self.p.fact(concept, self.money.number(cents))

    def write(self) -> None:
        """Print the lines; labels and amounts may have come apart."""
        r, p = self.r, self.p
        sep = r.choice([" ......... ", "....... "]) if r.random() < 0.04 else self.sep
        while self.cells:
            label, amount = self.cells.pop(0)
            apart = self.flow == "below" or (self.flow == "mixed" and r.random() < 0.25)
            if self.flow == "pairs" and self.cells and r.random() < 0.4:
                label2, amount2 = self.cells.pop(0)
                p.add((label + sep).rstrip(), (label2 + sep).rstrip(), amount, amount2)
            elif apart and label:
                p.add((label + sep).rstrip(), amount)
            else:
                p.add(label + sep + amount if label else amount)


def sums(p: Page, money: val.Money, net: int, sep: str, units: int) -> None:
    """Quantity, subtotal, tax, rounding, total, cash, change, tax summary, points."""
    r = p.r
    rate = r.choice([5, 6, 6, 7, 8, 10, 19, 20, 21])
    foot = Foot(p, money, sep, rate)
    _counted(p, sep, units, money.number(net))
    value, tax = _taxed(foot, net, p.pick("tax", ["none", "added", "added", "inside", "inside"]))
    value = _rounded(foot, value, p.pick("round", ["no", "no", "no", "after", "both", "zero"]))
    foot.line(
        "rounded" if any("ound" in k.lower() for k, _ in foot.cells) else "total", value, "total"
    )
    if r.random() < 0.03:
        foot.cells[-1] = ("", foot.cells[-1][1])
    elif r.random() < 0.15:
        foot.line("total", value)
    _paid(foot, value, p.pick("pay", ["cash"] * 6 + ["exact", "card", "card", "none"]))
    foot.write()
    _after(p, foot, value - tax, tax)


def _counted(p: Page, sep: str, units: int, net: str) -> None:
    r, x = p.r, p.r.random()
    if x < 0.35:
        name = r.choice(WORDS["count"].split("|"))
        more = f"  {net}" if r.random() < 0.3 else ""
        p.add(f"{name}{sep}{p.fact('quantity', str(units))}{more}")
    elif x < 0.43:
        p.add(f"Item(s){sep}{len(p.rows)}  Qty(s){sep}{p.fact('quantity', str(units))}")


def _taxed(foot: Foot, net: int, mode: str) -> tuple[int, int]:
    """The lines between goods and total; what is to pay, and the tax in it."""
    r, p, value = foot.r, foot.p, net
    if mode == "inside":
        tax = round(net * foot.rate / (100 + foot.rate))
        x = r.random()
        if x < 0.35:
            foot.line("sub", net, "subtotal")
            p.names["subtotal"] = "subtotal sub_total"
        elif x < 0.7:
            foot.line("excluded", net - tax, "subtotal")
            p.names["subtotal"] = "total_excl_tax net_amount amount_before_tax net_total subtotal"
        if x > 0.5:
            foot.line("tax", tax, "tax")
        return net, tax
    if mode == "added" or r.random() < 0.4:
        foot.line("sub" if r.random() < 0.75 else "excluded", net, "subtotal")
    if (x := r.random()) < 0.25:
        off = 0 if x < 0.15 else round(net * r.choice([5, 10, 20]) / 100)
        foot.line("discount", -off if r.random() < 0.6 else off, "discount")
        value -= off
    if r.random() < 0.12:
        extra = r.choice([0, round(value / 10)])
        foot.line("service", extra, "service")
        value += extra
    tax = round(value * foot.rate / 100) if mode == "added" else 0
    if mode == "added" or r.random() < 0.15:
        foot.line("tax", tax, "tax")
    return value + tax, tax


def _rounded(foot: Foot, value: int, mode: str) -> int:
    """Rounding to five hundredths, with or without the total before it."""
    if mode == "no":
        return value
    off = (5 - value % 5) if value % 5 >= 3 else -(value % 5)
    off = 0 if mode == "zero" else off
    if mode == "both":
        foot.line("total", value)
    foot.line("rounding", off, "rounding")
    return value + off


def _paid(foot: Foot, value: int, mode: str) -> None:
    """Cash and change, or a card."""
    r, p = foot.r, foot.p
    if mode == "card":
        foot.line("card", value)
        name, amount = foot.cells[-1]
        if r.random() < 0.6:
            name += r.choice([" ", " **** ", " XXXX-"]) + str(r.randint(1000, 9999))
        foot.cells[-1] = (name, amount)
    elif mode != "none":
        step = -(-value // 10000) * 10000
        cash = value if mode == "exact" else next((n for n in _NOTES if n >= value), step)
        if r.random() < 0.15 and mode != "exact":
            cash = value + r.choice([5, 10, 50, 100, 1000])
        foot.line("cash", cash, "cash")
        if mode == "cash" or r.random() < 0.7:
            foot.line("change", cash - value, "change")
    if r.random() < 0.06:
        p.add("")


def _after(p: Page, foot: Foot, net: int, tax: int) -> None:
    """Amounts that follow the total and are none: tax summaries, savings, points."""
    r, money, x = p.r, foot.money, p.r.random()
    if tax and x < 0.5:
        code = r.choice(["SR", "S", "A", "T1", "SR @ {p}%", "S = {p}%"]).format(p=foot.rate)
        row = [code, *([str(foot.rate)] if "%" not in code and r.random() < 0.5 else [])]
        p.add(r.choice(WORDS["summary"]))
        if r.random() < 0.7:
            p.add(r.choice(WORDS["summary_head"]))
        p.add("  ".join([*row, money.number(net), money.number(tax)]))
        if r.random() < 0.35:
            p.add(r.choice(["ZRL", "Z", "E"]) + f"  0  {money.number(0)}  {money.number(0)}")
        if r.random() < 0.45:
            p.add(f"Total{foot.sep}{money.number(net)}  {money.number(tax)}")
    if r.random() < 0.08:
        p.add(f"{r.choice(WORDS['saved'])}{foot.sep}{money.number(val.cents(r, 0.5, 20))}")
    if r.random() < 0.08:
        p.add(f"{r.choice(WORDS['points'])}{foot.sep}{r.randint(0, 900)}{r.choice(['', '.00'])}")
