"""Networks and their pretrained weights; the only room that uses Linen."""
