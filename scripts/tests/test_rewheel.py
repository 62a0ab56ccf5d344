"""Wheels that are written again: the same bytes each time, with a RECORD that an installer accepts."""

import base64
import csv
import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from rewheel import rewheel, without_place_and_time

PARTS = {
    "bomFormat": "CycloneDX",
    "serialNumber": "urn:uuid:0b1f",
    "metadata": {
        "timestamp": "2026-11-23T00:00:00Z",
        "component": {"bom-ref": "path+file:///home/ann/build/thing-0.1.0#thing@0.1.0", "name": "thing"},
    },
    "components": [{"bom-ref": "path+file:///home/ann/build/thing-0.1.0#0.1.0 bin-target-0"}],
}


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "thing-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("thing/__init__.py", "x = 1\n")
        file.writestr("thing-0.1.0.dist-info/METADATA", "Metadata-Version: 2.4\nName: thing\nVersion: 0.1.0\n")
        file.writestr("thing-0.1.0.dist-info/sboms/thing.cyclonedx.json", json.dumps(PARTS))
        file.writestr("thing-0.1.0.dist-info/RECORD", "")
    return path


def test_the_same_wheel_gives_the_same_bytes_and_names_neither_place_nor_time(wheel: Path, tmp_path: Path) -> None:
    made = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        made.append(rewheel(wheel, tmp_path / name, "0.1.0", without_place_and_time))
    assert made[0].read_bytes() == made[1].read_bytes()
    with zipfile.ZipFile(made[0]) as file:
        text = file.read("thing-0.1.0.dist-info/sboms/thing.cyclonedx.json").decode()
    assert "/home/ann" not in text
    assert "2026" not in text
    assert json.loads(text)["components"] == [{"bom-ref": "pkg:cargo/thing@0.1.0 bin-target-0"}]


def test_another_version_is_a_whole_wheel(wheel: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    made = rewheel(wheel, tmp_path / "new", "0.1.7")
    assert made.name == "thing-0.1.7-py3-none-any.whl"
    with zipfile.ZipFile(made) as file:
        assert b"Version: 0.1.7\n" in file.read("thing-0.1.7.dist-info/METADATA")
        record = list(csv.reader(file.read("thing-0.1.7.dist-info/RECORD").decode().splitlines()))
        assert {row[0] for row in record} == set(file.namelist())
        for path, digest, size in record[:-1]:
            content = file.read(path)
            expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            assert (digest, int(size)) == (f"sha256={expected}", len(content)), path
