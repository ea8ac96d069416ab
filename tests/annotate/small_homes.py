"""Small facts of the tests' own: people who can sign in, and comparisons for them to judge."""

from annotate.visit import Visit
from annotate.words import words
from store.identity import identity
from store.messages import Actor, AddAnnotator
from store.records import Batch, Comparison, Policy, Prompt, Response, Role, Track, Turn
from store.verbs import add_annotator
from store.verbs.roles import HONE

POLICIES = ("secret-policy-one", "secret-policy-two")
PASSWORD = "correct horse"
PATIENCE = 60.0
"""Seconds that a page may take on a busy machine."""
URL = "http://127.0.0.1:8501"
JUDGEMENT = {"ranks": [1, 2], "degree": 2}
"""What a program sends for a pair."""


def person(store, name, role=Role.ANNOTATOR):
    """A person who can sign in with the password that everybody here has."""
    request = AddAnnotator(name=name, role=role, password=PASSWORD)
    annotator = add_annotator(store, HONE, request)
    return Actor(annotator_id=annotator.annotator_id, name=annotator.name, role=annotator.role)


def visit(store, who, locale="en"):
    """A visit of whoever stands in `who`, as long as somebody does."""
    return Visit(store=store, actor=who[0], who=lambda: who[0], words=words(locale))


def simulated(store, name):
    """A simulated annotator, for whom programs may act."""
    annotator = add_annotator(store, HONE, AddAnnotator(name=name, simulated=True))
    return Actor(annotator_id=annotator.annotator_id, name=annotator.name, role=annotator.role)


def comparisons(count, first=0, track=Track.HELPFULNESS, turns=1):
    """The facts of so many pairs, numbered from `first`, in batch `batch 1`."""
    facts = [
        *(Policy(policy_id=policy, path=f"policies/{policy}") for policy in POLICIES),
        Batch(batch_id="batch 1", round=1),
    ]
    for number in range(first, first + count):
        facts += pair(number, track, turns)
    return facts


def pair(number, track=Track.HELPFULNESS, turns=1, texts=("Answer one to {n}.", "Answer two to {n}.")):
    """A prompt, its two responses and their comparison."""
    conversation = tuple(
        Turn(role="user" if at % 2 == 0 else "assistant", content=f"Question {number}, turn {at}")
        for at in range(turns)
    )
    prompt_id = identity("prompt", track, number)
    responses = [
        Response(
            response_id=identity("response", prompt_id, policy),
            prompt_id=prompt_id,
            policy_id=policy,
            text=text.format(n=number),
        )
        for policy, text in zip(POLICIES, texts, strict=True)
    ]
    comparison = Comparison(
        comparison_id=identity("comparison", prompt_id),
        prompt_id=prompt_id,
        response_ids=tuple(response.response_id for response in responses),
        batch_id="batch 1",
        priority=1000 - number,
    )
    return [
        Prompt(prompt_id=prompt_id, turns=conversation, track=track, split="train"),
        *responses,
        comparison,
    ]
