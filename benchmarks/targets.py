"""The sets by their titles in a model card, and what each model has to reach on them."""

from __future__ import annotations

TITLES = {
    "receipts": "receipts (SROIE), four fields at once",
    "wildreceipts": "photographed receipts (WildReceipt), eight fields",
    "contracts": "contracts (Kleister NDA)",
    "einvoices": "German e-invoices (ZUGFeRD), seven typed fields",
    "replies": "questions on a paragraph (SQuAD 2, XQuAD)",
    "e2e": "restaurants' slots (E2E)",
    "abstracts": "one sentence of an abstract (SciTLDR)",
    "curated-fields": "curated, held out",
    "curated-replies": "curated questions, held out",
    "by-hand-seen": "other trades, by hand, seen",
    "by-hand-unseen": "other trades, by hand, unseen",
    "held-out": "held-out synthetic, all lengths",
    "held-out-60": "held-out synthetic, about 60 tokens",
    "held-out-150": "held-out synthetic, about 150 tokens",
    "held-out-300": "held-out synthetic, about 300 tokens",
    "held-out-500": "held-out synthetic, about 500 tokens",
}

TARGETS = {
    "nano": {
        ("held-out", "fields exact"): "≥ 95%",
        ("held-out", "absent answered null"): "≥ 95%",
        ("receipts", "fields exact"): "≥ 70%",
        ("receipts", "seconds"): "≤ 0.5",
    },
    "micro": {
        ("receipts", "fields exact"): "≥ 90%",
        ("receipts", "seconds"): "≤ 3 (AVX2), ≤ 1.5 (AVX-512)",
        ("wildreceipts", "fields exact"): "≥ 86%",
        ("contracts", "effective_date, exact"): "≥ 80%",
        ("contracts", "jurisdiction, exact"): "≥ 85%",
        ("contracts", "term, exact"): "≥ 65%",
        ("contracts", "parties, F1 of sets"): "≥ 65%",
        ("einvoices", "fields exact"): "≥ 75%",
        ("by-hand-unseen", "fields exact"): "≥ 90%",
        ("replies", "answer in the quoted sentences"): "≥ 95%",
        ("replies", "`answered` right"): "≥ 70%",
        ("curated-fields", "fields exact"): "≥ 92%",
        ("curated-fields", "rows, F1 of whole rows"): "≥ 85%",
        ("curated-fields", "absent answered null"): "≥ 92%",
        ("curated-replies", "right sentence quoted"): "≥ 85%",
        ("curated-replies", "`answered` right"): "≥ 90%",
    },
}
