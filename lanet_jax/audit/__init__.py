"""Which training labels look wrong, why, and a page to go through them."""
