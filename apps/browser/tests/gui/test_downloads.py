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


def test_downloads_of_one_name_at_the_same_time_are_different_files(start: Any, site: Any, tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    files = [site.add(f"/{number}/file.bin", str(number) * 100_000, "application/octet-stream") for number in range(3)]
    page = site.add("/", "".join(f"<iframe src='{file}'></iframe>" for file in files))
    browser = start(page, config=f"[browser]\ndownload_folder = '{folder}'\n")
    browser.until(lambda: folder.exists() and len(list(folder.glob("*.sh"))) == len(files), "every file")
    assert sorted(path.read_text()[0] for path in folder.glob("*.sh")) == ["0", "1", "2"]
