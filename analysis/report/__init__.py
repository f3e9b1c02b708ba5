"""From figures to the page and the mail of one week."""
