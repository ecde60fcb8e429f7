"""What services let a person list of their own goes into the file of their own data."""

import re
from pathlib import Path

from portal.mydata.model import OWN

_OWN = re.compile(r'@query\("/v1/territories/\{siren:str\}/((?:my-[a-z]+|[a-z-]+/own))"\)')


def own_lists(root: Path) -> set[tuple[str, str]]:
    """The lists of one's own things that the services offer."""
    return {
        (file.relative_to(root / "services").parts[0], path)
        for file in root.glob("services/*/src/*/*/api.py")
        for path in _OWN.findall(file.read_text())
    }


def test_every_list_of_ones_own_is_in_the_file_of_ones_own_data(root: Path) -> None:
    exported = {(service, path) for service, path, _ in OWN}
    assert len(own_lists(root)) > 10
    assert own_lists(root) - exported == set()


def test_a_list_that_were_left_out_is_found(tmp_path: Path) -> None:
    file = tmp_path / "services/booking/src/booking/lockers/api.py"
    file.parent.mkdir(parents=True)
    file.write_text('@query("/v1/territories/{siren:str}/lockers/own")\n')
    assert own_lists(tmp_path) == {("booking", "lockers/own")}
