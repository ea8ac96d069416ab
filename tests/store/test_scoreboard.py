from dataclasses import replace

from store.rounds import RoundResult, Verdict
from store.scoreboard import COLUMNS, cells, decisions

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


def test_a_share_of_so_many_prompts_is_written_with_their_interval() -> None:
    written = cells(replace(ROW, unsafe_rate=0.1, asked_unsafe=10, false_refusal_rate=0.0, looked_unsafe=20))
    # Wilson: 1 of 10, and 0 of 20, whose upper end is z^2 / (20 + z^2) = 3.8415 / 23.8415
    assert (written["Unsafe"], written["False refusals"]) == (
        "10.0% (1.8% to 40.4%)",
        "0.0% (0.0% to 16.1%)",
    )


def test_what_was_decided_alike_is_said_once_with_all_its_rounds_and_a_note_is_of_its_own() -> None:
    promoted, refused = Verdict(promoted=True, reasons=()), Verdict(promoted=False, reasons=("Far.",))
    noted = replace(promoted, notes=("False refusals rose.",))
    said = decisions({5: promoted, 1: promoted, 2: refused, 3: promoted, 4: noted})
    assert [one.partition(". ")[0] for one in said] == ["Rounds 1, 3 and 5", "Round 2", "Round 4"]
    assert said[2].endswith("to their bounds. False refusals rose.")


def test_a_kl_that_is_nearly_nothing_has_no_sign() -> None:
    assert cells(replace(ROW, kl=-0.001))["KL, nats"] == "0.00"
