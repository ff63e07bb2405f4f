"""Files, bytes and text to a `Document`, in a sandbox where asked, and the passages cut from it."""
