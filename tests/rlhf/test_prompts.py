"""Prompts are gone through evenly."""

from rlhf.prompts import TrainPrompt, drawn

PROMPTS = [TrainPrompt(prompt_id=str(number), turns=(), is_safety=False) for number in range(7)]


def test_every_prompt_comes_once_before_any_comes_again():
    names = [prompt.prompt_id for step in range(7) for prompt in drawn(PROMPTS, 3, 0, step)]
    for start in (0, 7, 14):
        assert sorted(names[start : start + 7]) == [str(number) for number in range(7)]
    assert names[:7] != names[7:14]


def test_an_iterations_prompts_do_not_depend_on_the_ones_before():
    assert drawn(PROMPTS, 20, 1, 4) == drawn(PROMPTS, 20, 1, 4)
    assert drawn(PROMPTS, 20, 1, 4) != drawn(PROMPTS, 20, 2, 4)
