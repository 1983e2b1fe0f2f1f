"""The network that comes with the package, and its card."""

from pathlib import Path

SHIPPED = Path(__file__).with_name("ferplus.safetensors")
