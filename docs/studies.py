"""Write the lists of studies in README.md and docs/api.md, from the studies that are there."""

import re
from pathlib import Path

from infoplane.experiments.studies import commands

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", ROOT / "docs" / "api.md")
LIST = re.compile(r"(<!-- studies:[^>]*-->\n).*?(<!-- end -->)", re.DOTALL)


def listed() -> str:
    """A line per study: its command, its settings, what it is."""
    lines = ["| `infoplane run` | `infoplane.experiments` | |", "| --- | --- | --- |"]
    for one in commands().values():
        settings = getattr(one.load(), one.settings).__name__
        lines.append(f"| `{one.name}` | `{one.package}.{settings}` | {one.help} |")
    return "\n".join(lines) + "\n"


def written(page: str) -> str:
    """The page with the list as it should be."""
    return LIST.sub(rf"\g<1>{listed()}\g<2>", page)


if __name__ == "__main__":
    for path in PAGES:
        path.write_text(written(path.read_text(encoding="utf-8")), encoding="utf-8")
