from __future__ import annotations

import pytest

from analysis.catalogue.authority import Holder
from analysis.catalogue.declaration import declare, load
from analysis.errors import CatalogueError


def test_a_file_is_read_as_it_stands(tmp_path):
    path = tmp_path / "one.toml"
    path.write_text('[[holder]]\nnames = ["Ada Muster"]\n', encoding="utf-8")
    assert load(path) == {"holder": [{"names": ["Ada Muster"]}]}


@pytest.mark.parametrize("content", [b"names = [", "names = 'Zoé'".encode("latin-1")])
def test_a_file_that_is_no_toml_in_utf_8_is_refused_with_its_name_and_the_cure(tmp_path, content):
    path = tmp_path / "one.toml"
    path.write_bytes(content)
    with pytest.raises(CatalogueError, match=r"^one\.toml: no TOML in UTF-8 \(.+\): mend it"):
        load(path)


def test_a_declaration_is_checked_and_returned(tmp_path):
    assert declare(Holder, {"names": ["Ada Muster"]}, tmp_path).names == ("Ada Muster",)


def test_the_first_mistake_is_told_with_file_subject_and_place(tmp_path):
    with pytest.raises(CatalogueError, match=r"^one\.toml: ada: names: "):
        declare(Holder, {"id": "ada", "names": []}, tmp_path / "one.toml")
    with pytest.raises(CatalogueError, match=r"^one\.toml: a declaration: born: "):
        declare(Holder, {"names": ["Ada Muster"], "born": 1}, tmp_path / "one.toml")


def test_a_single_table_where_a_list_of_them_should_stand_is_refused_with_the_cure(tmp_path):
    with pytest.raises(CatalogueError, match=r"^one\.toml: 'names' stands where a declaration should: .*\[\[\.\.\.\]\]"):
        declare(Holder, "names", tmp_path / "one.toml")
