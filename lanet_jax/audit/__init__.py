"""Which labels look wrong and why, as a table and as a page to review them."""
