"""The recipe on public sets: readers, cues, voters and table, on invented sentences."""

import zipfile

import numpy as np
import pytest

from benchmarks import labelled_sets, monetary_cues, recipe, recipe_voters
from benchmarks.labelled_sets import Texts

WORKBOOK = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
STRINGS = '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{}</sst>'


@pytest.fixture
def workbook(tmp_path):
    file = tmp_path / "book.xlsx"
    rows = (
        '<row><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>label</t></is></c></row>'
        '<row><c r="A2" t="s"><v>1</v></c><c r="B2"><v>2.0</v></c></row>'
        '<row><c r="B3"><v>1</v></c></row>'
    )
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", WORKBOOK.format(rows))
        archive.writestr(
            "xl/sharedStrings.xml", STRINGS.format("<si><t>sentence</t></si><si><r><t>Prices </t></r><r><t>rose.</t></r></si>")
        )
    return file


def test_a_sheet_gives_rows_by_the_names_of_its_columns(workbook):
    assert labelled_sets.sheet_rows(workbook) == [{"sentence": "Prices rose.", "label": "2.0"}, {"sentence": "", "label": "1"}]


def test_each_target_of_a_sentence_is_masked_once_and_its_neighbours_are_told_by_side(tmp_path):
    (tmp_path / "train.jsonl").write_text(
        '{"sentence_normalized": "Ann praised Bob", "targets": ['
        '{"from": 0, "to": 3, "polarity": 4.0}, {"from": 12, "to": 15, "polarity": 6.0}]}\n',
        encoding="utf-8",
    )
    read = labelled_sets.newsmtsc(tmp_path, "train")
    assert read.texts == (f"{labelled_sets.TARGET} praised Bob", f"Ann praised {labelled_sets.TARGET}")
    assert read.labels == ("4", "6")
    assert "right praised" in read.marks[0] and "left praised" in read.marks[1]


def test_a_tweet_without_a_label_is_left_out(tmp_path):
    (tmp_path / "english").mkdir()
    for part in ("train", "test"):
        (tmp_path / "english" / f"{part}_text.txt").write_text("good day\nbad day\n", encoding="utf-8")
        (tmp_path / "english" / f"{part}_labels.txt").write_text("2\n0", encoding="utf-8")
    assert labelled_sets.umsab(tmp_path, "english")[0] == Texts(("good day", "bad day"), ("2", "0"))


def test_a_direction_goes_to_the_nearest_topic_and_a_negation_turns_it():
    assert "inflation|up" in monetary_cues.cue_tokens("Inflation rose sharply.")
    tokens = monetary_cues.cue_tokens("Inflation has not risen.")
    assert "inflation|down" in tokens and "inflation|up" not in tokens


def test_the_last_clause_is_told_from_the_first():
    tokens = monetary_cues.cue_tokens("Inflation rose, but unemployment increased too.")
    assert {"first 1", "last -1", "sum 0", "contrast"} <= set(tokens)


def test_pairs_stay_within_a_clause():
    assert monetary_cues.pairs("Inflation rose, but wages fell.") == ("up with inflation", "down with wages")


def test_the_sequence_keeps_the_order_of_what_is_told():
    assert "inflation>not>up>but>wages" not in monetary_cues.sequence("Inflation has not risen, but wages have.")
    assert "inflation>not>up>but" in monetary_cues.sequence("Inflation has not risen, but wages have.")


def test_skip_pairs_leave_out_neighbours_and_reach_four_words_ahead():
    assert recipe.skip_pairs("a b c d e f") == ("a c", "a d", "a e", "b d", "b e", "b f", "c e", "c f", "d f")


def two_kinds(count):
    rng = np.random.default_rng(5)
    words = {"up": "rates rise again", "down": "rates fall again"}
    labels = rng.permutation(["up", "down"] * (count // 2))
    texts = tuple(f"In year {year} {words[label]}" for year, label in enumerate(labels))
    return Texts(texts, tuple(map(str, labels)))


@pytest.mark.parametrize("count", [40, 120])
def test_voters_learn_what_is_plain_with_and_without_a_kernel_machine(count):
    train, test = two_kinds(count), Texts(("Now rates rise", "Now rates fall"), ("up", "down"))

    def encode(texts):
        return np.array([["rise" in text, "fall" in text, len(text) % 7] for text in texts], dtype=np.float32)

    built = recipe.inputs(train, test, {"toy": encode})
    assert len(recipe_voters._voters(built, np.unique(train.labels, return_inverse=True)[1])) == (3 if count == 120 else 2)
    assert recipe.fit_predict(train, test, built, recipe.macro_f1).tolist() == ["up", "down"]


def test_vectors_are_made_once_and_kept_between_runs(tmp_path):
    asked = []

    def encode(texts):
        asked.extend(texts)
        return np.array([[len(text)] for text in texts], dtype=np.float32)

    first = recipe.kept("toy", encode, tmp_path)
    assert first(["a", "bb", "a"]).ravel().tolist() == [1, 2, 1]
    assert recipe.kept("toy", encode, tmp_path)(["bb", "ccc"]).ravel().tolist() == [2, 3]
    assert asked == ["a", "bb", "ccc"]


def test_a_figure_is_printed_with_its_spread_and_verdict(capsys):
    recipe.tell("set", recipe.Goal(0.5, 0.7), [0.5, 0.6], has_e5=False)
    recipe.tell("set", recipe.Goal(0.5, 0.7), [0.5, 0.6], has_e5=True)
    first, second = capsys.readouterr().out.splitlines()
    assert "0.550 ± 0.050" in first and first.endswith(">= 0.500 PASS")
    assert second.endswith(">= 0.700 MISS")


def test_sets_that_are_not_there_are_skipped_with_a_line(tmp_path, capsys):
    recipe.main(tmp_path, has_e5=False, vectors=None, only="")
    assert capsys.readouterr().out.count("skipped") == len(recipe.FIGURES)
