from __future__ import annotations

import pytest

from analysis.errors import DeliveryError, FetchError
from policy_signals_airflow.outcome import require_an_answer, require_delivery


def test_a_collection_without_any_answer_is_an_error_that_names_the_sources():
    require_an_answer(["a", "b"], ["a"])
    require_an_answer(["a", "b"], [])
    with pytest.raises(FetchError, match=r"no source answered \(a, b\)"):
        require_an_answer(["a", "b"], ["a", "b"])


def test_a_mail_that_did_not_arrive_is_an_error_that_names_the_reader():
    require_delivery([])
    with pytest.raises(DeliveryError, match=r"no mail for one@example\.org, two@example\.org"):
        require_delivery(["one@example.org", "two@example.org"])


def test_a_mail_in_doubt_is_an_error_that_says_how_to_send_it_again():
    with pytest.raises(DeliveryError, match=r"^the mail for two@example\.org may not have come: .*deleted"):
        require_delivery([], ["two@example.org"])
    with pytest.raises(DeliveryError, match=r"no mail for one@example\.org; the mail for two@example\.org may not"):
        require_delivery(["one@example.org"], ["two@example.org"])
