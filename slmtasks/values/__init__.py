"""Numbers, dates and times as texts write them."""
