"""The home that the benchmark serves: people with one password, and comparisons that read like real ones."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Final

from store.database import open_store
from store.home import Home
from store.messages import AddAnnotator
from store.records import Batch, Comparison, Fact, Policy, Prompt, Response, Split, Track, Turn
from store.verbs import add_annotator
from store.verbs.roles import HONE

PASSWORD: Final = "only for the benchmark"  # noqa: S105  # of a home that is deleted afterwards
POLICIES: Final = ("bench-a", "bench-b")
AT_ONCE: Final = 5000
"""Facts a transaction."""
SENTENCES: Final = (
    "Warm the oven first, because the dough rises while it waits.",
    "The committee met twice and could not agree on a date.",
    "A **short** list helps more than a long paragraph here.",
    "If the value is missing, the function returns an empty list.",
    "Most visitors come in spring, when the paths are dry.",
    "Say what you know, and say where you are not sure.",
)
CODE: Final = "```python\ndef mean(values: list[float]) -> float:\n    return sum(values) / len(values)\n```"
FORMULA: Final = "The mean is $\\bar{x} = \\frac{1}{n} \\sum_{i=1}^{n} x_i$."


def person(number: int) -> str:
    """The name of the person of this number."""
    return f"bench {number}"


def made(root: Path, people: int, comparisons: int, overlap: int) -> Home:
    """A new home there with so many people and comparisons, each of which wants `overlap` labels."""
    home, random = Home(root), Random(1)  # noqa: S311  # the same texts every time
    with open_store(home) as store:
        for number in range(people):
            add_annotator(store, HONE, AddAnnotator(name=person(number), password=PASSWORD))
        facts: list[Fact] = [Policy(policy_id=policy, path=f"policies/{policy}") for policy in POLICIES]
        facts.append(Batch(batch_id="batch-0", round=0))
        for number in range(comparisons):
            facts += _comparison(number, overlap, random)
            if len(facts) >= AT_ONCE:
                store.append("bench", *facts)
                facts = []
        store.append("bench", *facts)
    return home


def _comparison(number: int, overlap: int, random: Random) -> list[Fact]:
    prompt_id = f"prompt-{number}"
    turns = (Turn(role="user", content=f"Question {number}. {_prose(random, 3)}"),)
    responses = [
        Response(
            response_id=f"response-{number}-{place}",
            prompt_id=prompt_id,
            policy_id=policy,
            text=_response(random),
        )
        for place, policy in enumerate(POLICIES)
    ]
    comparison = Comparison(
        comparison_id=f"comparison-{number}",
        prompt_id=prompt_id,
        response_ids=tuple(response.response_id for response in responses),
        batch_id="batch-0",
        overlap=overlap,
    )
    prompt = Prompt(prompt_id=prompt_id, turns=turns, track=Track.HELPFULNESS, split=Split.TRAIN)
    return [prompt, *responses, comparison]


def _response(random: Random) -> str:
    """About 1,500 characters: prose, a list, and now and then code or a formula."""
    points = "\n".join(f"{at}. {_prose(random, 2)}" for at in range(1, 6))
    extra = random.choice((CODE, FORMULA, _prose(random, 3)))
    return f"{_prose(random, 4)}\n\n### What to do\n\n{points}\n\n{extra}\n\n{_prose(random, 3)}"


def _prose(random: Random, sentences: int) -> str:
    return " ".join(random.choices(SENTENCES, k=sentences))
