"""What a model learns: reward models, rejection sampling, PPO, evaluation, rounds."""
