"""The root conftest.py runs the code on the pages; here: none of it slips past, and links lead somewhere."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
SHOWN = {"python", "bash", "json", "toml", "text", "bibtex"}  # python is run, the others are read


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_code_of_a_page_is_run(page: Path):
    text = page.read_text(encoding="utf-8")
    fences = re.findall(r"^ *(?:`{3,}|~{3,})(.*)$", text, re.MULTILINE)
    opening = [fence.strip() for fence in fences[::2]]
    assert set(opening) <= SHOWN, f"say what the block is, one of {sorted(SHOWN)}, and no more: {opening}"
    assert "+SKIP" not in text
    assert len(fences) % 2 == 0, "a block is not closed"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path):
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    inside = [link.split("#")[0] for link in links if not re.match(r"[a-z]+:", link)]
    missing = [link for link in inside if link and not (page.parent / link).exists()]
    assert not missing, f"{page.name} links to what is not there: {missing}"
