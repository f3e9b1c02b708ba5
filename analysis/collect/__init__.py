"""From sources to documents: listings, fetched bytes, extracted text."""
