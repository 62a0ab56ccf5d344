"""Downloads."""

from pathlib import Path
from typing import Any


def test_a_download_gets_a_harmless_name_in_the_download_folder(start: Any, site: Any, tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    browser = start(config=f"[browser]\ndownload_folder = '{folder}'\n")
    browser.browser.navigation.open(site.add("/file", "data", "application/octet-stream"))
    browser.until(lambda: "Downloaded" in browser.message)
    (found,) = folder.iterdir()
    assert found.read_text() == "data"
    assert "\u202e" not in found.name
    assert found.suffix == ".sh"
