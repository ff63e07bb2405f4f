"""Make the two sample PDFs: python examples/make_samples.py

It needs fpdf2, which the library does not. The same version makes the same bytes. The
other samples are plain text and were written by hand; every company here is made up.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from fpdf import FPDF

FOLDER = Path(__file__).resolve().parent
ITEMS = (
    ("Stoneware dinner plate, 27 cm", 48, "11.50", "552.00"),
    ("Serving bowl, large", 12, "24.00", "288.00"),
    ("Espresso cup with saucer", 60, "6.75", "405.00"),
    ("Delivery and packing", 1, "35.00", "35.00"),
)
PAGES = (
    """
# Report for the third quarter of 2025

Meridian Freight Systems plc stores, moves and tracks goods for manufacturers and
retailers in the United Kingdom and Ireland. This report covers the three months to
30 September 2025. Figures for the third quarter of 2024 stand in brackets.

# Summary

Revenue grew by 10.0 percent to £48.6 million (£44.2 million). All three divisions
contributed. Operating profit rose to £5.1 million (£4.3 million), and the operating
margin improved to 10.5 percent (9.7 percent).

Profit after tax was £3.5 million (£2.9 million), or 8.9 pence a share. Net debt fell from
£21.4 million at the end of June to £19.3 million.

The quarter's most important event was the opening of our distribution centre in Doncaster
on 1 September. With 210,000 square feet it is the largest of our 17 sites. It was finished
three weeks before the agreed date and within its budget of £8.4 million.

On-time delivery reached 97.8 percent (96.9 percent), the best figure since we began to
measure it. Two retailers extended their contracts by five years each, and the order book
at the end of September stood at £63 million.

The board has declared an interim dividend of 2.4 pence a share. It will be paid on
12 December 2025 to shareholders who are on the register on 14 November 2025.

"The third quarter shows what our investments of the past two years were for," said Helen
Ashworth, the chief executive. "Doncaster was full on its opening day. The task for the
winter is to keep the quality of our service through the busiest weeks of the year."
""",
    """
# Divisions

Contract logistics, the largest division, increased its revenue by 11.5 percent to
£26.1 million (£23.4 million). Two thirds of the growth came from existing customers, who
sent more goods through our warehouses. The rest came from four new contracts, three of
them with makers of household appliances.

The start in Doncaster cost the division £0.6 million in the quarter, because staff were
hired and trained before the first goods arrived. These costs will not recur. From October
the site will contribute to profit.

Express parcels grew more slowly. Revenue rose by 4.8 percent to £15.3 million
(£14.6 million), while the number of parcels rose from 3.6 million to 3.9 million. The
revenue for each parcel therefore fell, as large retailers with low prices took a greater
part of the volume. The division raised its prices by 3 percent on 1 October.

The parcel network now uses 86 electric vans, 31 more than a year ago. On urban routes an
electric van costs us about 18 percent less to run than one with a diesel engine. By the
end of 2026 we want to run 150 of them.

Software, our smallest division, sells the tracking system that we first built for
ourselves. Its revenue rose by 16.1 percent to £7.2 million (£6.2 million). It won 23 new
customers and now has 214. Recurring revenue, calculated over a year, was £27.5 million.
Customers that left had accounted for 4.1 percent of it.

A new release in July brought a portal in which a shipper's own customers can follow their
goods. More than half of all customers had switched it on by the end of September.
""",
    """
# Financial review

Gross profit was £17.0 million (£15.2 million), which is 35.0 percent of revenue
(34.4 percent). Better use of the warehouses and lower fuel prices explain the improvement.
Fuel cost us 6 percent less than a year before, although our vehicles drove further.

Operating costs rose to £11.9 million (£10.9 million). Wages are the greater part of them.
On average we employed 1,184 people (1,127), most of the new ones in Doncaster. The pay
settlement of April added 4.2 percent to wages.

Net finance costs were unchanged at £0.4 million. Tax took £1.2 million, so that profit
after tax came to £3.5 million.

Operating activities brought in cash of £6.8 million. We invested £2.9 million, of which
£1.7 million went to Doncaster and £0.8 million into vehicles. After the payment of a
dividend of £1.8 million, net debt fell by £2.1 million to £19.3 million. It now amounts to
0.9 times the operating profit before depreciation of the last twelve months.

We agreed with our banks to extend the credit line of £40 million until September 2029. The
margin falls by a quarter of a percentage point. At the end of the quarter £18 million of
the line was unused.

In the first nine months of the year revenue was £141.2 million, 8.7 percent more than in
the same period of 2024. Operating profit for the nine months was £14.3 million.
""",
    """
# Outlook

Demand in October was in line with our expectations. Retailers have told us to prepare for
volumes about 5 percent above those of last winter. We are hiring 320 people for the months
of November and December, nearly as many as a year ago.

For the whole of 2025 we now expect revenue between £190 million and £194 million. Our
earlier forecast was £186 million to £192 million. We expect an operating margin of about
10.5 percent, and investments of £11 million.

For 2026 we plan no new site. The order of the day is to fill Doncaster, to bring electric
vans to Leeds and Cardiff, and to offer the software in the Netherlands, where two pilot
customers have used it since August.

# Risks

One customer in contract logistics accounts for 12 percent of our revenue. Its contract
runs until March 2028. Drivers remain scarce: at the end of September 41 positions were
vacant, compared with 58 a year earlier. A rise of ten pence in the price of a litre of
diesel would cost us about £0.3 million in a quarter, before the surcharges that most
contracts allow.

The claim of a former haulier, reported in our last annual report, was settled in August
for £0.2 million. The sum had been set aside in full.

# Dates

The results for the full year will be published on 5 March 2026. The annual general meeting
takes place in Manchester on 21 May 2026.

Meridian Freight Systems plc, 40 Castle Wharf, Manchester M15 4QN. Questions from investors
are answered by Tom Radley at investors@meridianfreight.example.
""",
)


class Paper(FPDF):
    """An A4 document whose dates and producer do not change from run to run."""

    def __init__(self, title: str, author: str, foot: str = "") -> None:
        super().__init__(format="A4")
        self.foot = foot
        self.set_creation_date(datetime(2026, 1, 1, tzinfo=UTC))
        self.set_producer("examples/make_samples.py")
        self.set_title(title)
        self.set_author(author)
        self.set_lang("en-GB")
        self.set_margin(23)

    def footer(self) -> None:
        if self.foot:
            self.set_y(-16)
            self.set_font("Helvetica", "", 8.5)
            self.cell(0, 5, self.foot.format(page=self.page_no()), align="C")


def line(pdf: Paper, text: str = "", *, size: float = 10.5, bold: bool = False) -> None:
    """One line of its own."""
    pdf.set_font("Helvetica", "B" if bold else "", size)
    pdf.cell(0, size * 0.53, text, new_x="LMARGIN", new_y="NEXT")


def row(pdf: Paper, cells: tuple[str, ...], *, bold: bool = False) -> None:
    """One row of the invoice's table: a description, and three figures set to the right."""
    pdf.set_font("Helvetica", "B" if bold else "", 10.5)
    for width, align, text in zip((84, 22, 30, 30), "LRRR", cells, strict=True):
        pdf.cell(width, 7, text, border="B", align=align)
    pdf.ln(7)


def invoice() -> None:
    """An ordinary invoice on one page."""
    pdf = Paper("Invoice HLC-3082", "Harbour Lane Ceramics Ltd")
    pdf.add_page()
    line(pdf, "Harbour Lane Ceramics Ltd", size=16, bold=True)
    for text in ("14 Harbour Lane, Whitby YO21 3PU", "VAT number: GB 318 2047 96", ""):
        line(pdf, text)
    line(pdf, "INVOICE", size=14, bold=True)
    line(pdf)
    for text in (
        "Invoice number: HLC-3082",
        "Issue date: 12 March 2026",
        "Due date: 11 April 2026",
        "Order number: 77154",
        "",
        "Bill to:",
        "Northfield Hotel Group",
        "3 Station Square, York YO24 1AB",
        "",
    ):
        line(pdf, text)
    row(pdf, ("Description", "Quantity", "Unit price", "Amount"), bold=True)
    for name, count, price, amount in ITEMS:
        row(pdf, (name, str(count), price, amount))
    line(pdf)
    for text in ("Subtotal: £1,280.00", "VAT (20%): £256.00"):
        line(pdf, text)
    line(pdf, "Total: £1,536.00", size=12, bold=True)
    line(pdf)
    for text in (
        "Payment is due within 30 days. Please quote the invoice number.",
        "Account name: Harbour Lane Ceramics Ltd",
        "Sort code: 20-14-53   Account number: 60417733",
        "Thank you for your order.",
    ):
        line(pdf, text)
    pdf.output(str(FOLDER / "invoice.pdf"))


def report() -> None:
    """Four pages of prose with headings."""
    author = "Meridian Freight Systems plc"
    pdf = Paper("Report for the third quarter of 2025", author, f"{author}, page {{page}} of 4")
    for page in PAGES:
        pdf.add_page()
        for block in page.strip().split("\n\n"):
            if block.startswith("# "):
                line(pdf, block[2:], size=14, bold=True)
            else:
                pdf.set_font("Helvetica", "", 10.5)
                pdf.multi_cell(0, 5.6, " ".join(block.split()), align="L")
            pdf.ln(3)
    pdf.output(str(FOLDER / "quarterly-report.pdf"))


if __name__ == "__main__":
    invoice()
    report()
