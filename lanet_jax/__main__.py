"""`lanet COMMAND ...`: every command of the package; `lanet COMMAND --help` explains one."""

import difflib
import runpy
import sys

import lanet_jax
from lanet_jax.command_line.ending import exit_on_user_error
from lanet_jax.errors import UserError

# Each command is a module, which also runs as `python -m lanet_jax.evaluate`, and its purpose.
COMMANDS = {
    "prepare": ("data.prepare", "read a dataset or folder of images, check it, store it"),
    "landmarks": ("data.landmarks", "find facial landmarks in a folder of images"),
    "train": ("main", "train a run, or resume it"),
    "folds": ("study.folds", "train a run again with parts of its records held out, for the audit"),
    "evaluate": ("evaluate", "evaluate a checkpoint on a split"),
    "predict": ("predict", "predict the expression of every face in photos and videos"),
    "audit": ("audit", "rank labels by how wrong they look"),
    "merge": ("merge", "merge the shards of landmarks, predict or audit"),
    "review-merge": ("audit.review_merge", "merge what several reviewers decided"),
    "figures": ("figures", "draw the paper's figures of a run"),
    "agreement": ("agreement", "compare labels and target distributions with annotator votes"),
    "report": ("report", "write the page of a run, or one that compares several"),
    "export": ("export", "write a trained network as ONNX, StableHLO or safetensors"),
    "port": ("port", "convert a published backbone; port get-faces: fetch face weights"),
    "study": ("study", "run a grid of runs and write its tables"),
    "faces": ("faces", "faces get-models: download what finds faces and landmarks, once"),
}


@exit_on_user_error
def main() -> None:
    """Runs the command named by the first word, as if it had been started directly."""
    word, *rest = sys.argv[1:] or ["--help"]
    if word == "help":
        word, rest = (rest[0], ["--help"]) if rest else ("--help", [])
    if word in ("-h", "--help"):
        print(_help())
    elif word == "--version":
        print(lanet_jax.__version__)
    elif word in COMMANDS:
        sys.argv = [f"lanet {word}", *rest]
        module = f"lanet_jax.{COMMANDS[word][0]}"
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    else:
        near = difflib.get_close_matches(word, COMMANDS, 1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise UserError(f"{word!r}: no such command; {hint}there are {', '.join(COMMANDS)}")


def _help() -> str:
    rows = "\n".join(f"  {word:12} {about}" for word, (_, about) in COMMANDS.items())
    return (
        "usage: lanet COMMAND ...\n\n"
        f"Facial expression recognition that is robust to wrong labels.\n\n{rows}\n\n"
        "`lanet COMMAND --help` explains a command; --version prints the version."
    )


if __name__ == "__main__":
    main()
