"""`python -m contracts {schemas|asyncapi|check}`: writes what is committed, and guards it."""

import argparse
import sys
from pathlib import Path

from contracts import asyncapi, schemas

_ROOT = Path(__file__).parents[2]


def main(arguments: list[str] | None = None) -> int:
    """Run one of the commands; 0 when all is well, 1 with a sentence per trouble on stderr."""
    parser = argparse.ArgumentParser(prog="python -m contracts", description=__doc__)
    parser.add_argument("command", choices=["schemas", "asyncapi", "check"])
    parser.add_argument("--root", type=Path, default=_ROOT, help="folder of schemas/ and asyncapi.yaml")
    chosen = parser.parse_args(arguments)
    troubles = _COMMANDS[chosen.command](chosen.root)
    for trouble in troubles:
        print(trouble, file=sys.stderr)  # noqa: T201 - a command speaks to its terminal
    return 1 if troubles else 0


def write_schemas(root: Path) -> list[str]:
    """Retain the schemas of this release, unless the gate refuses one of them."""
    folder = root / "schemas"
    folder.mkdir(parents=True, exist_ok=True)
    refused = [str(refusal) for refusal in schemas.refusals(folder)]
    if not refused:
        schemas.write(folder)
    return refused


def write_asyncapi(root: Path) -> list[str]:
    """Write the description for partners."""
    (root / "asyncapi.yaml").write_text(asyncapi.text(), encoding="utf-8")
    return []


def check(root: Path) -> list[str]:
    """Say what the gate refuses and which committed files lag behind the classes."""
    folder, described = root / "schemas", root / "asyncapi.yaml"
    if not folder.is_dir():
        return [f"{folder} does not exist: run `python -m contracts schemas`."]
    troubles = [str(refusal) for refusal in schemas.refusals(folder)]
    troubles += [
        f"{name}: its schema is not current: run `python -m contracts schemas`."
        for name in schemas.stale(folder)
    ]
    if not described.is_file() or described.read_text(encoding="utf-8") != asyncapi.text():
        troubles.append(f"{described.name} is not current: run `python -m contracts asyncapi`.")
    return troubles


_COMMANDS = {"schemas": write_schemas, "asyncapi": write_asyncapi, "check": check}

if __name__ == "__main__":
    sys.exit(main())
