"""docs/api.md names everything that is public at the top."""

from pathlib import Path

import infoplane

PAGE = (Path(__file__).parent.parent / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_public_name_is_on_the_page():
    missing = [
        name for name in infoplane.__all__ if f"`{name}" not in PAGE and f"`infoplane.{name}`" not in PAGE
    ]
    assert not missing
