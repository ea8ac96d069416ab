"""What a model learns: reward models, rejection sampling, PPO, evaluation, rounds.

Sets what the libraries below read from the environment when they are first imported; a value that is already
set stays.
"""

import os

__version__ = "0.1.0"

_ENVIRONMENT = {
    # A thread that waits sleeps instead of spinning. Beside the app on two cores spinning made a training
    # step seven times slower (3.8 s against 0.56 s), because each thread burnt the time the other waited for.
    "OMP_WAIT_POLICY": "PASSIVE",
    # Arrow's own allocator takes a gigabyte at its first table and fills none of it, which a round's bound on
    # memory would count.
    "ARROW_DEFAULT_MEMORY_POOL": "system",
    # Nothing is reported to anybody.
    "HF_HUB_DISABLE_TELEMETRY": "1",
    # Progress is shown by Hone, once.
    "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
for _name, _value in _ENVIRONMENT.items():
    os.environ.setdefault(_name, _value)
