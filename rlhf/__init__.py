"""What a model learns: reward models, rejection sampling, PPO, evaluation, rounds."""

import os

# Both are read when something first imports the hub: TRL's trainers would tell Hugging Face that they were
# started, and every loaded model would draw a progress bar through ours.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
