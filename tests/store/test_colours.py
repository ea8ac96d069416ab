"""Every line of a chart has one colour, wherever it is drawn."""

from store.colours import BLUE, BROWN, GREEN, PALETTE, SERIES, VIOLET, in_palette


def test_the_same_idea_has_the_same_colour_under_each_of_its_names() -> None:
    assert SERIES["Oracle"] == BLUE
    assert SERIES["Reward model"] == SERIES["Reward, trained against"] == BROWN
    assert (SERIES["Unsafe"], SERIES["False refusals"]) == (VIOLET, GREEN)


def test_no_two_colours_are_alike_on_either_page() -> None:
    assert (
        len({colour.light for colour in PALETTE}) == len({colour.dark for colour in PALETTE}) == len(PALETTE)
    )


def test_lines_stand_at_the_places_of_their_colours_whatever_their_order() -> None:
    for names in (["Oracle", "Reward model"], ["Reward model", "Oracle"]):
        domain = in_palette({name: name for name in names})
        assert [PALETTE[domain.index(name)] for name in names] == [SERIES[name] for name in names]
    domain = in_palette({"Nutzen": "Helpfulness", "Sicherheit": "Safety"})
    assert PALETTE[domain.index("Sicherheit")] == VIOLET
    assert len(set(domain)) == len(PALETTE)


def test_lines_of_no_colour_of_their_own_stay_as_they_come() -> None:
    assert in_palette({"1.3": "1.3", "0.7": "0.7"}) == ["1.3", "0.7"]
