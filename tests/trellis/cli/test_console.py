"""What a person reads of an error."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from metamodel import MetadataError, read_source
from trellis.cli.console import print_error, print_table
from trellis.errors import InvalidMetadata


def test_problems_of_metadata_are_told_with_file_line_and_hint(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(MetadataError) as refused:
        read_source({"objects/lead.yaml": "label: Lead\nplural_lable: Leads\nname_field: name\nfields: {}\n"})
    assert print_error(InvalidMetadata("It does not hold together.", refused.value.problems)) == 1
    told = capsys.readouterr().err
    assert (
        "objects/lead.yaml:2: plural_lable: the key 'plural_lable' is not known. Did you mean 'plural_label'?" in told
    )
    assert "MetadataProblem(" not in told


def test_moments_in_tables_are_those_of_utc_to_the_second(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("at (UTC)",), [(datetime(2026, 3, 4, 6, 6, 7, 89000, tzinfo=timezone(timedelta(hours=1))),)])
    assert capsys.readouterr().out.splitlines() == ["at (UTC)", "2026-03-04 05:06:07"]
