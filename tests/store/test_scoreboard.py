from dataclasses import replace

from store.rounds import RoundResult
from store.scoreboard import COLUMNS, cells

ROW = RoundResult(
    round=2,
    labels=2400,
    reward_accuracy=0.75,
    oracle_win_rate=0.759,
    oracle_win_rate_low=0.719,
    oracle_win_rate_high=0.799,
    reward_model_win_rate=0.9,
    unsafe_rate=0.01,
    false_refusal_rate=0.0,
    kl=3.456,
    seconds=1234.5,
)


def test_every_figure_is_written_with_its_unit_and_the_oracle_s_interval() -> None:
    written = cells(ROW)
    assert list(written) == [words for words, _form in COLUMNS.values()]
    assert list(written.values()) == [
        *("2", "2,400", "75.0%", "75.9% (71.9% to 79.9%)", "90.0%", "1.0%", "0.0%", "3.46", "1,234"),
    ]


def test_what_nobody_could_say_is_a_dash_and_a_rate_by_definition_has_no_interval() -> None:
    written = cells(
        replace(
            ROW, reward_accuracy=None, oracle_win_rate=0.5, oracle_win_rate_low=0.5, oracle_win_rate_high=0.5
        )
    )
    assert (written["Accuracy, both tracks"], written["Oracle win rate"]) == ("–", "50.0%")
    unasked = replace(ROW, oracle_win_rate=None, oracle_win_rate_low=None, oracle_win_rate_high=None)
    assert cells(unasked)["Oracle win rate"] == "–"
