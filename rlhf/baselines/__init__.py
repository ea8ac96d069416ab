"""Other ways to improve a policy from the same labels and prompts, through TRL's trainers.

Something to compare rejection sampling and PPO with, or to choose instead of them.
"""

import warnings

# TRL asks a model for this by a name that transformers is about to drop.
warnings.filterwarnings("ignore", message="`is_gradient_checkpointing` is deprecated", category=FutureWarning)
