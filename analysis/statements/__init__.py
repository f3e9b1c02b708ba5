"""From documents to statements: passages with their place, and who speaks in them."""
