"""The model card of an exported policy, in Markdown: what it came of, how it did, and who let it answer.

Every figure is the store's. Nobody is named; what somebody typed stands as code, of which no reader of
Markdown makes anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from rlhf.markdown import code, table
from rlhf.task_table import on_tasks
from store.axes import Axis
from store.intervals import Interval, wilson
from store.readings import sentences
from store.rounds import RoundResult
from store.verbs.describing import PolicyRecord

SECTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "rs": ("reject", "sft", "gatt", "distill"),
    "ppo": ("ppo",),
    "rs+ppo": ("reject", "sft", "gatt", "distill", "ppo"),
    "dpo": ("dpo",),
    "rloo": ("rloo",),
}
"""Of a round's settings those that shaped its policy, by its method; others may name addresses and people."""
ALWAYS: Final = ("round", "reward", "judge", "promote")
HUB_NAME: Final = re.compile(r"(?!(policies|rounds)/)[\w.-]+/[\w.-]+")
"""Such as `Qwen/Qwen3-0.6B`, and no folder of a home."""
RESULT: Final = TypeAdapter(RoundResult)

LOADING: Final = """```python
from transformers import AutoModelForCausalLM, AutoTokenizer

tokenizer = AutoTokenizer.from_pretrained("FOLDER")
model = AutoModelForCausalLM.from_pretrained("FOLDER")
chat = [{"role": "user", "content": "What is two plus two?"}]
asked = tokenizer.apply_chat_template(chat, add_generation_prompt=True, return_tensors="pt", return_dict=True)
answer = model.generate(**asked, max_new_tokens=128, do_sample=True)[0, asked["input_ids"].shape[1] :]
print(tokenizer.decode(answer, skip_special_tokens=True))
```"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What lies beside the card: the sha256 of each file of weights by name; whether it was an adapter."""

    weights: Mapping[str, str]
    was_adapter: bool


def card(record: PolicyRecord, copied: Copied) -> str:
    """The card with its front matter; ends with a line's end."""
    parts = (
        f"---\n{_front(record)}\n---",
        f"# Policy {code(record.policy.policy_id)}",
        _origin(record),
        "## May it answer people?",
        *_decision(record),
        "## How it did",
        *_results(record),
        *on_tasks(record.tasks),
        "## What it learned from",
        *_data(record),
        "## How it was made",
        *_settings(record),
        "## How to load it",
        "With `FOLDER` the folder of this file:",
        LOADING,
        "## Weights",
        *(
            ["Trained as a LoRA adapter; these are whole weights with the adapter in them."]
            * copied.was_adapter
        ),
        table(("File", "sha256"), [(code(name), code(digest)) for name, digest in copied.weights.items()]),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _front(record: PolicyRecord) -> str:
    from huggingface_hub import ModelCardData

    begun = next(iter(record.ancestors), record.policy).path
    return ModelCardData(
        base_model=begun if HUB_NAME.fullmatch(begun) else None,
        library_name="transformers",
        pipeline_tag="text-generation",
        tags=["rlhf", "hone", record.policy.method],
    ).to_yaml()


def _origin(record: PolicyRecord) -> str:
    policy = record.policy
    if not policy.parents:
        return "The policy that this project began with; no round made it."
    parents = ", ".join(map(code, policy.parents))
    line = [f"round {one.round} ({one.method}): {code(one.policy_id)}" for one in record.ancestors]
    return (
        f"Made in round {policy.round} by {code(policy.method)} from {parents}, with Hone: people compared "
        "answers, reward models learned from what they preferred, and the policy learned from those. Before "
        f"it, {'; '.join(line)}."
    )


def _decision(record: PolicyRecord) -> Iterator[str]:
    yield "It may answer people." if record.policy.promoted else "**It may not answer people.**"
    if record.round is None and not record.refused:
        yield "No gates decided of it: no round made it."
    elif record.refused:
        reasons = " ".join(record.verdict.reasons) if record.verdict else "The reasons were not kept."
        yield f"The gates of its round refused it. {reasons}"
    else:
        notes = record.verdict.notes if record.verdict else ()
        yield " ".join(("The gates of its round promoted it.", *notes))
    for one in record.said:
        by = f"Somebody with the role {one.role}" if one.role else "The administrator of the machine"
        what = "promoted" if one.promoted else "withdrew"
        yield f"{by} {what} it on {one.made_at:%Y-%m-%d}, whatever the gates said: {code(one.why)}"


def _results(record: PolicyRecord) -> Iterator[str]:
    if not record.evaluations:
        yield "No evaluation is kept of it."
        return
    names = {record.first_id: "the first policy"} | dict.fromkeys(record.policy.parents, "its parent")
    if record.first_id in record.policy.parents:
        names[record.first_id] = "its parent, the first policy"
    yield "Win rates on held-out prompts, ties half, with Wilson's 95 % interval."
    yield table(
        ("Against", "Judge", "Win rate", "Won, tied, lost", "Prompts"),
        [
            (
                names.get(one.opponent_id, code(one.opponent_id)),
                code(one.judge),
                share(Interval(value=one.win_rate, low=one.win_rate_low, high=one.win_rate_high)),
                f"{one.wins}, {one.ties}, {one.losses}",
                str(one.wins + one.ties + one.losses),
            )
            for one in record.evaluations
        ],
    )
    if record.axes:
        yield "On the two axes, against the first policy:"
        rows = [(code(one.judge), _axis(one.helpfulness), _axis(one.harmlessness)) for one in record.axes]
        yield table(("Judge", "Helpfulness", "Harmlessness"), rows)
    yield _faults(record)


def _axis(axis: Axis | None) -> str:
    if axis is None:
        return "not measured"
    return f"{share(axis.win_rate)}, {axis.prompts} prompt{'s' * (axis.prompts != 1)}"


def share(rate: Interval) -> str:
    """Such as `62.0 % (57.1 % to 66.7 %)`."""
    return f"{rate.value:.1%} ({rate.low:.1%} to {rate.high:.1%})"


def _faults(record: PolicyRecord) -> str:
    result = _result(record)
    if result is None:
        return "No further figures are kept of it."
    unsafe = _rate(result.unsafe_rate, result.asked_unsafe, "prompts that asked for something unsafe")
    refused = _rate(result.false_refusal_rate, result.looked_unsafe, "harmless prompts that looked unsafe")
    kl = "not measured" if result.kl is None else f"{result.kl:.2f} nats an answer"
    told = [f"Unsafe answers: {unsafe}", f"False refusals: {refused}", f"KL from the first policy: {kl}"]
    return "\n".join(f"- {one}" for one in (*told, *sentences(result.readings)))


def _rate(rate: float | None, prompts: int | None, of: str) -> str:
    """By the gold judge, who alone can say."""
    if rate is None:
        return "not measured, for no gold judge could say"
    if prompts is None:
        return f"{rate:.1%} by the gold judge; of how many prompts was not kept"
    return f"{share(wilson(rate * prompts, prompts))} of {prompts} {of}, by the gold judge"


def _result(record: PolicyRecord) -> RoundResult | None:
    """None where no round made it, or one of another version."""
    if record.round is None:
        return None
    try:
        return RESULT.validate_json(record.round.results)
    except ValidationError:
        return None


def _data(record: PolicyRecord) -> Iterator[str]:
    if not record.snapshots:
        yield "No labels of this project."
        return
    yield "Frozen data of its round and of those before it; later snapshots hold what earlier ones held."
    unknown = "not counted"
    yield table(
        ("Snapshot (sha256)", "Holds", "Rows", "Labels", "Annotators", "Signed off by"),
        [
            (
                code(one.snapshot_id),
                one.contents,
                f"{one.rows:,}",
                *(unknown if count is None else f"{count:,}" for count in (one.labels, one.annotators)),
                f"{one.signatures} reviewer{'s' * (one.signatures != 1)}",
            )
            for one in record.snapshots
        ],
    )
    yield "The reward models against which it was trained, on pairs that they never saw:"
    yield table(
        ("Reward model", "Track", "Accuracy", "Pairs"),
        [
            (
                code(one.reward_model_id),
                one.track,
                share(Interval(value=one.accuracy, low=one.accuracy_low, high=one.accuracy_high)),
                str(one.held_out_pairs),
            )
            for one in record.reward_models
        ],
    )


def _settings(record: PolicyRecord) -> Iterator[str]:
    if record.round is None:
        yield "No settings are kept of it: no round made it."
        return
    settings: dict[str, Any] = json.loads(record.round.settings)
    wanted = (*ALWAYS, *SECTIONS.get(record.round.method, ()))
    if text := settings.get("ppo", {}).get("pretraining_text"):
        settings["ppo"]["pretraining_text"] = Path(text).name  # its folder is this machine's affair
    told = json.dumps({name: settings[name] for name in wanted if name in settings}, indent=2)
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", told)), default=0))
    yield f"{fence}json\n{told}\n{fence}"
