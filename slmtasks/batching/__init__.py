"""Any task over many documents, resumable."""
