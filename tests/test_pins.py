"""What is installed: exact versions, and none older than the fix of a weakness listed here."""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[1]
# The first version without the weakness, for what the application and its sign-in load.
MENDED = {
    "authlib": ("1.6.6", "CVE-2025-68158"),
    "certifi": ("2024.7.4", "CVE-2024-39689"),
    "fonttools": ("4.60.2", "CVE-2025-66034"),
    "h11": ("0.16.0", "CVE-2025-43859"),
    "idna": ("3.7", "CVE-2024-3651"),
    "jinja2": ("3.1.6", "CVE-2025-27516"),
    "joserfc": ("1.3.5", "CVE-2025-65015"),
    "lxml": ("4.9.1", "CVE-2022-2309"),
    "openpyxl": ("2.4.2", "CVE-2017-5992"),
    "orjson": ("3.9.15", "CVE-2024-27454"),
    "pillow": ("11.3.0", "CVE-2025-48379"),
    "protobuf": ("6.31.1", "CVE-2025-4565"),
    "pyarrow": ("14.0.1", "CVE-2023-47248"),
    "pydantic": ("2.4.0", "CVE-2024-3772"),
    "python-multipart": ("0.0.18", "CVE-2024-53981"),
    "requests": ("2.32.4", "CVE-2024-47081"),
    "starlette": ("0.49.1", "CVE-2025-62727"),
    "streamlit": ("1.37.0", "CVE-2024-42474"),
    "urllib3": ("2.6.0", "CVE-2025-66418"),
}


def pinned(name: str) -> list[Requirement]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith(("#", "-r"))]


def loaded(names: list[str]) -> dict[str, str]:
    """Versions of these distributions and of all that they require here."""
    found: dict[str, str] = {}
    while names:
        name = re.sub(r"[-_.]+", "-", names.pop()).lower()
        if name in found:
            continue
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:  # wanted on another system only
            continue
        found[name] = distribution.version
        wanted = [Requirement(each) for each in distribution.requires or []]
        names += [each.name for each in wanted if each.marker is None or each.marker.evaluate({"extra": ""})]
    return found


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_version_is_exact_and_the_one_that_is_installed(name: str):
    for each in pinned(name):
        (only,) = each.specifier
        assert only.operator == "==" and "*" not in only.version, each
        assert metadata.version(each.name) == only.version, each


def test_nothing_that_is_loaded_is_older_than_the_fix_of_a_known_weakness():
    found = loaded([each.name for each in (*pinned("requirements.txt"), *pinned("requirements-dev.txt"))])
    assert set(found) >= set(MENDED), "an advisory for what is not loaded any more"
    old = [f"{n} {found[n]}: {why}" for n, (good, why) in MENDED.items() if Version(found[n]) < Version(good)]
    assert not old
