"""Rankings of the tests' own: prompts with three to nine responses."""

from small_homes import POLICIES

from store.identity import identity
from store.records import Batch, Comparison, Policy, Prompt, Response, Track, Turn


def rankings(*counts, track=Track.HELPFULNESS, overlap=1):
    """The facts of rankings of so many responses each, in batch `batch 1`."""
    facts = [
        *(Policy(policy_id=policy, path=f"policies/{policy}") for policy in POLICIES),
        Batch(batch_id="batch 1", round=1),
    ]
    for number, count in enumerate(counts):
        texts = tuple(f"Answer {place} of {count} to ranking {number}." for place in range(count))
        facts += ranking(number, texts, track=track, overlap=overlap)
    return facts


def ranking(number, texts, track=Track.HELPFULNESS, overlap=1, asked=None):
    """A prompt, its responses and their comparison; the first rankings are asked first."""
    prompt_id = identity("ranked prompt", track, number)
    turns = (Turn(role="user", content=asked or f"Ranking {number}: what is best?"),)
    responses = [
        Response(
            response_id=identity("ranked", prompt_id, place),
            prompt_id=prompt_id,
            policy_id=POLICIES[place % 2],
            text=text,
        )
        for place, text in enumerate(texts)
    ]
    return [
        Prompt(prompt_id=prompt_id, turns=turns, track=track, split="train"),
        *responses,
        Comparison(
            comparison_id=identity("ranking", prompt_id),
            prompt_id=prompt_id,
            response_ids=tuple(response.response_id for response in responses),
            batch_id="batch 1",
            priority=1000 - number,
            overlap=overlap,
        ),
    ]
