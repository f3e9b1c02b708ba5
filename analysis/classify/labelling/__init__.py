"""Labels from people: what they are asked, what they answer, how far they agree, and how labels travel."""
