"""vLLM as the writer of a policy that lies in a folder: token ids in, token ids and log-probabilities out.

Every response is a request with a seed of its own; vLLM reads a prompt's tokens once for all of them (prefix
caching). It computes in bfloat16, so a seed draws other tokens than it does in Hone's own engine. Without a
nucleus (`top_p` 1) log-probabilities are those of the rounded policy that drew the tokens; with one vLLM's
are of the nucleus alone, and those of the policy in float32 on the processor are taken instead. vLLM draws
the same again only on the same machine and version, with `VLLM_BATCH_INVARIANT=1` in whatever batch. Knows
no texts.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from rlhf.collate import Answered, Row, pad_right
from rlhf.config import RolloutSettings
from rlhf.models import context_of, load_policy, load_tokenizer
from rlhf.rollout import Rollout, RolloutError, longest_prompt
from rlhf.scoring import score_logprobs
from rlhf.seeds import draw_seeds


class VLLMWriter:
    """A policy in vLLM's hands."""

    def __init__(self, path: Path, tokenizer: PreTrainedTokenizerBase, model: Any) -> None:  # noqa: ANN401
        self.path = path
        self.tokenizer = tokenizer
        self.model = model

    @staticmethod
    def load(path: Path) -> VLLMWriter:
        """Gives the policy to vLLM, which takes its share of the GPU's memory."""
        from vllm import LLM

        model = LLM(
            model=str(path),
            dtype="bfloat16",
            logprobs_mode="processed_logprobs",  # after the temperature; the default is before it
            generation_config="vllm",  # nothing from the folder changes how tokens are drawn
            enable_prefix_caching=True,
            trust_remote_code=False,
        )
        return VLLMWriter(path, load_tokenizer(path), model)

    def close(self) -> None:
        """Lets the GPU's memory go: vLLM's engine ends once nothing refers to it."""
        self.model = None
        gc.collect()

    def write(self, prompts: Sequence[Row], settings: RolloutSettings, generator: torch.Generator) -> Rollout:
        """See rollout.sample."""
        if not prompts:
            raise RolloutError("There is no prompt to answer; pass at least one.")
        limit = longest_prompt(context_of(self.path), settings)
        read = tuple(tuple(row[-limit:]) for row in prompts)
        index = [place for place in range(len(read)) for _ in range(settings.samples)]
        seeds = draw_seeds(len(index), generator)
        outputs = self.model.generate(
            [{"prompt_token_ids": list(read[place])} for place in index],
            [self._params(settings, seed) for seed in seeds],
            use_tqdm=False,
        )
        responses = [output.outputs[0] for output in outputs]
        rows = [list(response.token_ids) for response in responses]
        padded = pad_right(rows, self.tokenizer.pad_token_id)
        return Rollout(
            prompts=read,
            prompt_index=torch.tensor(index),
            ids=padded.ids,
            mask=padded.mask,
            logprobs=self._logprobs([read[place] for place in index], responses, settings),
            finished=torch.tensor([row[-1] == self.tokenizer.eos_token_id for row in rows]),
            seeds=torch.tensor(seeds),
            truncated=sum(len(row) > limit for row in prompts),
        )

    def _params(self, settings: RolloutSettings, seed: int) -> Any:  # noqa: ANN401  # vLLM's own
        """The tokenizer's end token ends a response and no other does, whatever the folder says."""
        from vllm import SamplingParams

        return SamplingParams(
            temperature=settings.temperature,
            top_p=settings.top_p,
            seed=seed,
            max_tokens=settings.max_new_tokens,
            ignore_eos=True,
            stop_token_ids=[self.tokenizer.eos_token_id],
            logprobs=0,  # of the drawn token alone
            detokenize=False,
        )

    def _logprobs(
        self, prompts: Sequence[Row], responses: Sequence[Any], settings: RolloutSettings
    ) -> Tensor:
        """Of the whole distribution at the sampling temperature, [N, R]; vLLM's are of the nucleus."""
        rows = [list(response.token_ids) for response in responses]
        if settings.top_p < 1:
            answered = Answered(prompts=prompts, responses=rows, pad_id=self.tokenizer.pad_token_id)
            return score_logprobs(load_policy(self.path), answered, settings.temperature)
        lengths = torch.tensor([len(row) for row in rows])
        mask = torch.arange(int(lengths.max())) < lengths.unsqueeze(1)
        drawn = [
            step[token].logprob
            for row, response in zip(rows, responses, strict=True)
            for token, step in zip(row, response.logprobs, strict=True)
        ]
        return torch.zeros(mask.shape).masked_scatter(mask, torch.tensor(drawn))
