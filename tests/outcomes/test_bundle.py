"""Letters that come from a bundle: one that nobody could write is refused, and does not stop all others later."""

from pathlib import Path
from typing import Any

import pytest

from hmswiki.foundation.bundle_files import BundleError
from tests.acknowledgements.histories import write_bundle
from tests.support import once
from tests.test_bundle import EVERYTHING, Site, module_site, site, write_everything

__all__ = ["module_site", "site"]

pytestmark = once


@pytest.mark.parametrize(
    ("number", "change"),
    [(0, {"about": "hand_in:a"}), (0, {"about": "hand_in:a:one:b"}), (2, {"form": None}), (2, {"about": "notes:x"})],
)
def test_a_letter_that_does_not_say_what_to_send_is_refused(
    site: Site, tmp_path: Path, number: int, change: dict[str, Any]
) -> None:
    write_everything(tmp_path / "in")
    rows = [dict(row) for row in EVERYTHING["workshop_letters"]]
    rows[number] = {key: value for key, value in (rows[number] | change).items() if value is not None}
    write_bundle({"workshop_letters": rows}, tmp_path / "wrong")
    (tmp_path / "wrong" / "workshop_letters.jsonl").replace(tmp_path / "in" / "workshop_letters.jsonl")
    with pytest.raises(BundleError) as refused:
        site.fill(tmp_path / "in")
    assert "do not say what to send" in str(refused.value)
    assert "workshop_letters.jsonl" in str(refused.value)
