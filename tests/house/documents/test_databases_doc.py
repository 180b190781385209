"""The URLs that docs/databases.md shows are understood as the page says."""

import re
from pathlib import Path

import pytest

from pokerws.settings import load
from pokerws.storage.postgres.address import address_of
from tests.e2e.guide import sections

DOCUMENT = (Path(__file__).parents[3] / "docs" / "databases.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (.+) \| `((?:postgres:|embedded)\S*)`", re.MULTILINE)
ADDRESSES: dict[str, str] = dict(ROW.findall(sections(DOCUMENT, 2)["Connection URLs"]))
POOLERS = {
    "your own": None,
    "Supabase, direct": None,
    "Supabase, session pooler": None,
    "Supabase, transaction pooler": "transaction",
    "Neon, direct": None,
    "Neon, pooled": "transaction",
    "Amazon RDS": None,
    "the server's own": "none",
}


def test_each_address_of_the_page_is_one_for_the_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("ca.crt", "global-bundle.pem"):
        Path(name).touch()
    for url in ADDRESSES.values():
        load({"DATABASE_URL": url})

    assert {name: address_of(url).pooler for name, url in ADDRESSES.items()} == POOLERS
