"""Fills the template of a page, in the colours of every page."""

import importlib.resources

import jinja2

from lanet_jax.report import theme


def fill(package: str, **values: object) -> str:
    """Fills `template.html.jinja`.

    Args:
      package: the package that the template lies in.
      values: what the template names; the colours, `light` and `dark`, are added.

    Returns:
      The page, with every text escaped that the template does not declare safe.
    """
    path = importlib.resources.files(package) / "template.html.jinja"
    environment = jinja2.Environment(
        autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    template = environment.from_string(path.read_text(encoding="utf-8"))
    colors = {"light": theme.variables(theme.LIGHT), "dark": theme.variables(theme.DARK)}
    return template.render(**values, **colors)
