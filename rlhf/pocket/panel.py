"""The simulated annotators of a demonstration: eight people of different care, and a spammer."""

from __future__ import annotations

from rlhf.pocket.annotators import SimulatedAnnotator


def panel(seed: int = 0) -> tuple[SimulatedAnnotator, ...]:
    """Eight annotators whose choices differ from the oracle's in about one of seven pairs."""
    return (
        SimulatedAnnotator(name="Amara", noise=0.08, seed=seed),
        SimulatedAnnotator(name="Bruno", noise=0.1, seed=seed),
        SimulatedAnnotator(name="Chiyo", noise=0.12, careless=0.02, seed=seed),
        SimulatedAnnotator(name="Dalia", noise=0.15, careless=0.04, seed=seed),
        SimulatedAnnotator(name="Edgar", noise=0.12, left_bias=0.2, careless=0.04, seed=seed),
        SimulatedAnnotator(name="Farid", noise=0.15, haste=0.35, seed=seed),
        SimulatedAnnotator(name="Greta", noise=0.2, careless=0.2, seed=seed),
        SimulatedAnnotator(name="Hugo", noise=0.25, left_bias=0.1, careless=0.06, seed=seed),
    )


def spammer(seed: int = 0) -> SimulatedAnnotator:
    """One who clicks the first response within a second: what screening has to find."""
    return SimulatedAnnotator(name="Spam", noise=0.2, spam=0.95, seed=seed)
