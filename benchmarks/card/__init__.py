"""The day a card is lent: what only it can answer, the most telling first, within the minutes."""
