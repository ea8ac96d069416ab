"""What rounds keep for later rounds."""

from rlhf.pool import Sampled, best_of_each, read_pool, write_pool
from rlhf.prompts import TrainPrompt
from store.records import Turn

EGG = TrainPrompt(
    prompt_id="egg",
    turns=(Turn(role="system", content="s"), Turn(role="user", content="egg")),
    is_safety=False,
)
POT = TrainPrompt(prompt_id="pot", turns=(Turn(role="user", content="pot"),), is_safety=True)


def _sampled(prompt: TrainPrompt, text: str, reward: float) -> Sampled:
    return Sampled(prompt=prompt, text=text, reward=reward)


def test_a_pool_comes_back_as_it_was_written(tmp_path):
    samples = [_sampled(EGG, "boil", 0.5), _sampled(POT, "ünsafe", -1.25)]
    write_pool(tmp_path / "round" / "pool.parquet", samples)
    assert read_pool(tmp_path / "round" / "pool.parquet") == samples


def test_each_prompt_keeps_its_best_sample():
    today, earlier = _sampled(EGG, "boil", 0.5), _sampled(EGG, "fry", 0.75)
    assert best_of_each([today, _sampled(POT, "no", 0.0), earlier]) == [earlier, _sampled(POT, "no", 0.0)]


def test_of_equals_the_newer_is_kept():
    today = _sampled(EGG, "boil", 0.5)
    assert best_of_each([today, _sampled(EGG, "fry", 0.5)]) == [today]
