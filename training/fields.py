"""What may be asked of a document: concepts, their many names, descriptions and types."""

from __future__ import annotations

from random import Random

NAMES: dict[str, str] = {
    "vendor": "vendor supplier seller company issuer vendor_name supplier_name company_name merchant store from_company issued_by biller shop_name business provider sender store_name shop company",
    "vendor_address": "address vendor_address company_address supplier_address store_address seller_address address location sender_address issuer_address address",
    "customer": "customer client buyer bill_to customer_name recipient billed_to client_name sold_to purchaser addressee",
    "customer_address": "customer_address billing_address bill_to_address client_address recipient_address buyer_address delivery_address",
    "number": "invoice_number invoice_no number document_number reference_number invoice_id doc_no receipt_number bill_number invoice_number",
    "order": "order_number po_number purchase_order order_no order_reference your_order po",
    "account": "customer_number account_number customer_id client_number account_no member_number",
    "date": "date invoice_date issued issue_date issued_on date_issued date_of_issue document_date dated receipt_date date issued purchase_date transaction_date",
    "due": "due_date due payment_due pay_by payable_by due_on deadline payment_deadline",
    "delivery": "delivery_date ship_date shipped delivered_on expected_delivery date_shipped delivery",
    "subtotal": "subtotal net net_amount net_total amount_before_tax sub_total total_excl_tax",
    "tax": "tax vat tax_amount vat_amount gst sales_tax total_tax",
    "rate": "tax_rate vat_rate tax_percent vat_percent",
    "discount": "discount discount_amount rebate reduction",
    "shipping": "shipping delivery_charge freight postage shipping_cost carriage",
    "total": "total total_amount amount_due grand_total total_due amount total_payable balance_due gross_total invoice_total total total_to_pay",
    "cash": "cash cash_paid amount_tendered tendered paid_amount cash_given",
    "change": "change change_given change_due cash_back",
    "phone": "phone telephone phone_number tel contact_number",
    "email": "email email_address contact_email e_mail mail",
    "website": "website web url homepage site",
    "taxid": "tax_id vat_number tax_number vat_id gst_number registration_number",
    "iban": "iban bank_account account_iban",
    "terms": "payment_terms terms terms_of_payment",
    "cashier": "cashier served_by clerk operator staff",
    "contact": "contact contact_person contact_name account_manager prepared_by sales_person",
    "time": "time time_of_sale hour printed_at",
    "quantity": "total_quantity item_count total_qty number_of_items items_count",
    "author": "author sender signed_by from_name signatory writer sent_by sender_name",
    "role": "role position job_title title_of_sender sender_title function",
    "recipient": "recipient addressee to to_name receiver",
    "subject": "subject topic regarding subject_line title about",
    "sku": "sku article_number item_number part_number model_number product_code",
    "product": "product product_name name item title",
    "brand": "brand manufacturer make maker",
    "price": "price unit_price list_price retail_price cost",
    "weight": "weight net_weight product_weight",
    "material": "material made_of materials fabric",
    "color": "color colour finish",
    "warranty": "warranty guarantee warranty_period",
    "chair": "chair chaired_by moderator led_by facilitator",
    "place": "location place venue room where",
    "next": "next_meeting next_date follow_up_date next_session",
    "status": "status ticket_status state current_status",
    "priority": "priority urgency severity",
    "assignee": "assignee assigned_to owner responsible handler",
    "ticket": "ticket_number ticket_id case_number ticket reference case_id",
    "event": "event event_name headline title what",
    "revenue": "revenue sales turnover net_sales quarterly_revenue",
    "profit": "profit operating_profit net_income earnings net_profit",
    "employees": "employees headcount staff_count number_of_employees workforce",
    "period": "period quarter reporting_period",
}

ABOUT: dict[str, list[str]] = {
    "vendor": ["who issued the document", "the company that sells", "name of the seller", "the business whose letterhead it is", "the shop"],
    "vendor_address": ["postal address of the seller", "full address of the shop", "where the company is", "all lines of the address"],
    "customer": ["who has to pay", "the one billed", "name of the customer", "to whom it is addressed"],
    "customer_address": ["postal address of the customer", "where the bill goes"],
    "number": ["the number of the document", "as printed", "unique reference of the bill", "identifier"],
    "order": ["number of the customer's order", "the purchase order it refers to"],
    "date": ["when it was issued", "date of the document", "day of the purchase", "the date on the document"],
    "due": ["when payment is due", "last day to pay", "pay before"],
    "delivery": ["when the goods arrive or leave", "day of delivery"],
    "subtotal": ["before tax", "sum without tax", "net of tax"],
    "tax": ["amount of tax", "VAT or sales tax", "the tax charged"],
    "total": ["amount to pay", "final amount including tax", "what the customer pays in all", "grand total", "sum total"],
    "cash": ["what the customer handed over", "amount given in cash"],
    "change": ["money given back"],
    "phone": ["telephone of the sender", "how to call them"],
    "taxid": ["registration for tax", "VAT or GST number"],
    "author": ["who wrote it", "who signed", "the person who sends it"],
    "subject": ["what it is about", "subject line"],
    "price": ["price of the product", "what it costs"],
    "next": ["when they meet again", "date of the next meeting"],
    "assignee": ["who works on it", "person in charge"],
    "revenue": ["sales in the period"],
}

TYPES: dict[str, str] = {
    **dict.fromkeys("subtotal tax rate discount shipping total cash change price weight revenue profit".split(), "number"),
    **dict.fromkeys("date due delivery next".split(), "date"),
    **dict.fromkeys("quantity employees".split(), "int"),
}

ROWS: dict[str, str] = {
    "rows": "items lines line_items products positions entries articles rows",
    "description": "description item name product article text",
    "qty": "quantity qty count units pieces",
    "unit": "unit_price price price_each rate",
    "amount": "amount total line_total sum value",
    "code": "code sku article_no item_code ref",
    "who": "owner assignee person responsible who",
    "what": "action task todo item what",
    "until": "due deadline by until due_date",
    "key": "name property label spec attribute",
    "value": "value detail setting",
}


def style(key: str, r: Random) -> str:
    """The key in another spelling, as code bases write it: camelCase, Title, upper."""
    x, parts = r.random(), key.split("_")
    if x < 0.8:
        return key
    if x < 0.92:
        return parts[0] + "".join(p.capitalize() for p in parts[1:])
    if x < 0.96:
        return "".join(p.capitalize() for p in parts)
    return key.upper() if x < 0.98 else key.replace("_", "-")


def about(concept: str, r: Random) -> str:
    """A description of the concept, or none."""
    choices = ABOUT.get(concept)
    return r.choice(choices) if choices and r.random() < 0.25 else ""
