"""Detect the language of a text, as far as reading its dates and numbers needs it.

Counts the function words and the labels of business documents that only one language has;
a script identifies its language. Reliable for whole documents, not for single sentences.
"""

from __future__ import annotations

import re

SAMPLE = 20_000
"""The number of characters of a text that are examined."""

_WORDS = {
    "English": "the of and to for is with from by this your on at invoice amount due paid order "
    "price issued payment shipping quantity billed terms balance",
    "French": "le la les des et du une est pour avec facture montant échéance payer net ttc ht tva "
    "le reçu devis commande prix livraison quantité échue émise adresse",
    "German": "der die das und ist mit für von vom rechnung betrag fällig summe gesamt netto mwst "
    "datum rechnungsdatum lieferung menge preis ust brutto zahlbar saldo gutschrift",
    "Spanish": "el los las y es con para por una factura importe fecha pagar vencimiento precio "
    "cantidad iva emisión pedido",
    "Italian": "il lo gli di e è con per una fattura importo scadenza pagare totale prezzo "
    "quantità data ordine imponibile",
    "Portuguese": "o os as e é com para uma fatura valor vencimento pagar preço quantidade "
    "emissão pedido nota data nif",
    "Dutch": "de het een en is met voor van factuur bedrag vervaldatum betalen prijs aantal btw "
    "datum factuurdatum totaal",
    "Swedish": "och är med för av en ett faktura belopp förfallodatum betala pris antal moms summa",
    "Danish": "og er med for af en et faktura beløb forfaldsdato betale pris antal moms dato",
    "Finnish": "ja on lasku summa eräpäivä maksaa hinta määrä alv päivämäärä yhteensä",
    "Polish": "i jest z na do faktura kwota termin płatności cena ilość vat data razem wystawienia",
    "Czech": "a je s na do faktura částka splatnost splatnosti cena množství dph datum celkem",
    "Hungarian": "és az egy számla összeg fizetési határidő ár mennyiség áfa kelt összesen",
    "Romanian": "și este cu pentru factură factura sumă scadență preț cantitate tva dată",
    "Turkish": "ve bir ile için fatura tutar vade fiyat miktar kdv tarih tarihi toplam",
    "Indonesian": "dan yang untuk dengan faktur jumlah jatuh tempo harga tanggal",
    "Vietnamese": "và của là cho với hóa đơn số tiền ngày giá",
}
_SETS = {name: frozenset(words.split()) for name, words in _WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+")
_SCRIPTS = (
    ("Russian", re.compile(r"[а-яё]", re.I)),
    ("Greek", re.compile(r"[α-ωά-ώ]", re.I)),
    ("Arabic", re.compile(r"[\u0620-\u064a]")),
    ("Hebrew", re.compile(r"[א-ת]")),
    ("Thai", re.compile(r"[\u0e01-\u0e3a]")),
    ("Hindi", re.compile(r"[\u0905-\u0939]")),
)
DOTS = frozenset(("", "English", "Hebrew", "Thai", "Hindi", "Arabic"))
"""Languages that mostly use a decimal point, or either mark."""


def language(text: str) -> str:
    """Return the English name of a text's language, or "" if it is unclear."""
    sample = text[:SAMPLE]
    letters = sum(map(str.isalpha, sample))
    for name, script in _SCRIPTS:
        if letters and sum(1 for _ in script.finditer(sample)) > letters / 3:
            return name
    words = {word.casefold() for word in _WORD.findall(sample)}
    counts = sorted((_weight(words & known), name) for name, known in _SETS.items())
    (runner_up, _), (most, name) = counts[-2:]
    return name if most > runner_up and most >= 1 else ""


def _weight(words: frozenset[str] | set[str]) -> float:
    # Many languages share short words.
    return sum(1 if len(word) > 3 else 0.5 for word in words)
