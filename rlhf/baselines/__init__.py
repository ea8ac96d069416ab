"""Other ways to improve a policy from the same labels and prompts, through TRL's trainers.

Something to compare rejection sampling and PPO with, or to choose instead of them.
"""
