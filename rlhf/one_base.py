"""Those who take part in PPO as adapters of one model in memory: five voices for the room of one.

The reward models are the adapters that were trained as such. The policy and the critic each learn an adapter
of their own on top of what they start from, which stays as it is: the base, or the adapter that fine-tuning
left on it; the helpfulness model's first member, whose head the critic copies. The reference is the policy
without its own.
"""

from __future__ import annotations

from pathlib import Path

from peft import TaskType
from safetensors.torch import load_file
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from rlhf.cast import Casting
from rlhf.folders import replacing
from rlhf.judge import RewardJudge
from rlhf.lora import Lora, check_rank, save_tensors
from rlhf.models import Critic, load_policy, load_tokenizer, save
from rlhf.reward_models.ensemble import Ensemble
from rlhf.same_base import same_base
from rlhf.seeds import seeded
from rlhf.voices import Voices, parted

POLICY, CRITIC, PARENT = "policy", "critic", "parent"
"""Names of adapters, beside those of the reward models' members: `helpfulness-1`, `safety-1` and so on."""

WEIGHTS = "policy.safetensors"
CRITIC_WEIGHTS = "critic.safetensors"
BEST = "best"


class OneBase:
    """The `cast.Cast` in which asking for one silences the others."""

    def __init__(self, casting: Casting) -> None:
        base, settings = same_base(casting.policy, casting.reward_models), casting.settings
        policy = load_policy(base.folder)
        check_rank(policy, settings.lora_rank, "ppo.lora_rank")
        self.tokenizer: PreTrainedTokenizerBase = load_tokenizer(casting.policy)
        self._lora = Lora(policy, TaskType.CAUSAL_LM)
        for learner in (POLICY, CRITIC):
            seed = seeded("adapter", learner, casting.seed).initial_seed()
            self._lora.draw(learner, settings.lora_rank, seed)
        self._policy_starts: tuple[str, ...] = ()
        if base.adapter is not None:
            self._policy_starts = (PARENT,)
            self._lora.take(PARENT, base.adapter)
        helpfulness = Voices(self._lora, "helpfulness", casting.reward_models.helpfulness)
        safety = Voices(self._lora, "safety", casting.reward_models.safety)
        tokenizer = load_tokenizer(casting.reward_models.safety)
        self._judge = RewardJudge(
            helpfulness=Ensemble(models=helpfulness, pad_id=tokenizer.pad_token_id),
            safety=Ensemble(models=safety, pad_id=tokenizer.pad_token_id),
            tokenizer=tokenizer,
            threshold=settings.safety_gate,
            settings=casting.reward_models.judge,
        )
        self._critic_starts = helpfulness.names[0]
        self._critic = Critic(helpfulness.copied(0))

    @property
    def policy(self) -> PreTrainedModel:
        """The base with what the policy starts from and what it learned."""
        return self._lora.ask((*self._policy_starts, POLICY), learner=POLICY)

    @property
    def reference(self) -> PreTrainedModel:
        """The base with what the policy starts from, and no more."""
        return self._lora.ask(self._policy_starts)

    @property
    def critic(self) -> Critic:
        """The helpfulness model's first member with what the critic learned; its own head learns too."""
        self._lora.ask((self._critic_starts, CRITIC), learner=CRITIC)
        return self._critic

    @property
    def judge(self) -> RewardJudge:
        """Both reward models; each member speaks when it is asked."""
        return self._judge

    def keep(self, folder: Path) -> None:
        """Writes the two adapters that learn, and the critic's head."""
        save_tensors(self._lora.tensors(POLICY), folder / WEIGHTS)
        head = {f"score.{name}": tensor for name, tensor in self._critic.head.state_dict().items()}
        save_tensors(self._lora.tensors(CRITIC) | head, folder / CRITIC_WEIGHTS)

    def take_up(self, folder: Path) -> None:
        """Goes on from what `keep` wrote."""
        self._lora.put(POLICY, load_file(folder / WEIGHTS))
        critic, head = parted(load_file(folder / CRITIC_WEIGHTS))
        self._lora.put(CRITIC, critic)
        self._critic.head.load_state_dict(head)

    def keep_best(self, out: Path) -> None:
        """Keeps the policy's adapter alone."""
        with replacing(out / BEST) as fresh:
            save_tensors(self._lora.tensors(POLICY), fresh / WEIGHTS)

    def finish(self, out: Path) -> None:
        """Adds the kept adapter to the base's weights, in their place, and writes these."""
        self._lora.put(POLICY, load_file(out / BEST / WEIGHTS))
        save(self._lora.merge((*self._policy_starts, POLICY)), self.tokenizer, out / "policy")


def load(casting: Casting, kept: Path | None) -> OneBase:
    """Everybody; those who learn as they were kept there, or as they start."""
    models = OneBase(casting)
    if kept is not None:
        models.take_up(kept)
    return models
