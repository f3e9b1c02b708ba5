from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from analysis.classify.labelling.readers import assign
from analysis.errors import LabelError

READ = {f"s{number}": {"ada" if number % 2 else "bob"} for number in range(40)}


def give(read=READ, assigned=None, readers=("ada", "bob", "cleo"), share=0.5, seed=0):
    return assign(read, assigned or {}, readers, share, np.random.default_rng(seed))


def test_a_share_gets_a_second_reader_who_is_never_the_first():
    new = give()
    assert len(new) == 20
    assert all(who not in READ[name] for name, who in new.items())


def test_readers_get_about_the_same_number():
    assert set(Counter(give(share=1).values()).values()) <= {12, 13, 14, 15}


def test_who_has_much_to_read_gets_less():
    assigned = {f"s{number}": "cleo" for number in range(15)}
    assert Counter(give(assigned=assigned).values())["cleo"] == 0


def test_done_again_it_gives_nothing_more():
    new = give()
    assert give(assigned=new, seed=1) == {}
    more = {**READ, **{f"t{number}": {"ada"} for number in range(10)}}
    assert len(give(more, assigned=new)) == 5


def test_which_statements_is_by_chance():
    assert set(give(share=0.2, seed=1)) != set(give(share=0.2, seed=2))


def test_what_all_readers_have_read_is_passed_over():
    assert give({"s1": {"ada"}, "s2": {"bob"}}, readers=("ada",), share=1) == {"s2": "ada"}
    assert give({"s1": {"ada", "bob"}}, readers=("ada", "bob"), share=1) == {}


def test_a_share_that_is_none_and_nobody_are_refused():
    with pytest.raises(LabelError, match="share 20"):
        give(share=20)
    with pytest.raises(LabelError, match="no reader"):
        give(readers=())
