"""The sales copy of a product, from what is known of it and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from slmtasks import options, prompt_files
from slmtasks.documents.passages import Passage
from slmtasks.documents.read import read
from slmtasks.engine.call import Listener, Run
from slmtasks.errors import ContextExceeded
from slmtasks.models.model import Model
from slmtasks.options import Length, ProductTone
from slmtasks.results import ProductDescription
from slmtasks.schema.from_pydantic import describe
from slmtasks.schema.nodes import Prose

CHARACTERS = {"short": 300, "medium": 600, "long": 1200}
"""The most that a description has, by length."""

BULLETS = {"short": 3, "medium": 5, "long": 7}
"""The most bullets, by length."""


Words = Annotated[Sequence[str], AfterValidator(tuple)]
"""Any sequence of texts, kept as a tuple."""


class Product(BaseModel):
    """What is known of a product; only the name is required."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    name: Annotated[str, Field(min_length=1, max_length=120)]
    category: str | None = None
    brand: str | None = None
    features: Words = ()
    specs: Mapping[str, str] = Field(default_factory=dict)
    audience: str | None = None
    price: str | None = None
    keywords: Words = ()


def describe_product(
    product: Product | Mapping[str, Any],
    *,
    tone: ProductTone = "neutral",
    length: Length = "medium",
    language: str | None = None,
    model: Model | None = None,
    timeout: float | None = None,
    on_progress: Listener | None = None,
) -> ProductDescription:
    """Write title, tagline, description, bullets and meta description of a product.

    `product` is a `Product`, or a mapping with its fields.

    The title begins with the product's name verbatim and has at most 80 characters more;
    the tagline has at most 80, the description 300, 600 or 1,200 by `length`, with 3, 5
    or 7 different bullets of at most 100, the meta description 160. No word is cut, and no figure
    can be written that the product does not hold. A price or spec whose value stands in
    none of them is named in `warnings`.

    Raises ValueError, ModelError, InvalidAnswer or TimedOut.
    """
    options.check(tone, ProductTone, "tone")
    options.check(length, Length, "length")
    if isinstance(product, Mapping):
        product = Product.model_validate(product)
    if not isinstance(product, Product):
        raise TypeError(f"product is a Product or a dict, not {type(product).__name__}")
    # As the model reads it: without control characters and runs of white space.
    name = " ".join(Passage.whole(read(product.name)).text.split())
    document = read("\n".join(_lines(product.model_copy(update={"name": name}))), name=name)
    variables = {"tone": tone, "length": length, "language": language or ""}
    run = Run(
        prompt_files.load("describe_product"),
        variables,
        model=model,
        timeout=timeout,
        on_progress=on_progress,
    )
    whole = Passage.whole(document)
    if len(run.parts(whole)) > 1:
        tokens = run.model.count_tokens(document.text)
        raise ContextExceeded(
            f"the product {name!r} takes {tokens} tokens and the model reads {run.budget} at "
            "once; leave out features or specs",
            tokens=tokens,
            limit=run.budget,
        )
    copy = run.ask(whole, describe(_copy(name, length)))
    fields = copy.reading.data
    run.warnings += [f"not mentioned: {spec}" for spec in _unmentioned(product, fields)]
    return ProductDescription(
        title=fields["title"],
        tagline=fields["tagline"],
        description=fields["description"],
        bullets=tuple(run.distinct(fields["bullets"])),
        meta_description=fields["meta_description"],
        **run.carried(document, 1),
    )


def _unmentioned(product: Product, copy: dict[str, Any]) -> Iterator[str]:
    """The specs and the price that the copy does not hold; of yes and no, their name counts."""
    texts = [text for name, text in copy.items() if name != "bullets"] + copy["bullets"]
    said = " ".join(" ".join(texts).casefold().split())
    specs = {**product.specs, **({"price": product.price} if product.price else {})}
    for key, value in specs.items():
        wanted = {key, words_of(key)} if value.casefold() in ("yes", "no") else {value}
        if not any(" ".join(text.casefold().split()) in said for text in wanted):
            yield f"{key}: {value}"


def words_of(key: str) -> str:
    """A key as words: "priceRange" and "price_range" as "price range"."""
    return re.sub(r"([a-z])([A-Z])", r"\1 \2", key).replace("_", " ").lower()


def _copy(name: str, length: Length) -> type[BaseModel]:
    title = Prose(max_chars=len(name) + 80, opening=name)
    description = Prose(max_chars=CHARACTERS[length])

    class Copy(BaseModel):
        title: Annotated[str, title]
        tagline: Annotated[str, Prose(max_chars=80)]
        description: Annotated[str, description]
        bullets: Annotated[
            list[Annotated[str, Prose(max_chars=100)]],
            Field(min_length=1, max_length=BULLETS[length]),
        ]
        meta_description: Annotated[str, Prose(max_chars=160)]

    return Copy


def _lines(product: Product) -> Iterator[str]:
    yield f"Name: {product.name}"
    for label in ("category", "brand", "audience", "price"):
        if value := getattr(product, label):
            yield f"{label.capitalize()}: {value}"
    if product.features:
        yield "Features:"
        yield from (f"- {feature}" for feature in product.features)
    if product.specs:
        yield "Specs:"
        yield from (f"- {key}: {value}" for key, value in product.specs.items())
    if product.keywords:
        yield f"Keywords: {', '.join(product.keywords)}"
