"""How AffectNet numbers the expressions, in both layouts."""

LABELS = 11  # AFFECTNET_ORDER, then 8 none, 9 uncertain, 10 no face
NOT_AN_EXPRESSION = "none, uncertain or no face (left out)"
