"""Quantiles of Student's t beside printed ones."""

from __future__ import annotations

import pytest

from store.student import student


@pytest.mark.parametrize(
    ("share", "freedom", "quantile"),
    [
        *((0.975, 1, 12.7062), (0.975, 2, 4.30265), (0.975, 3, 3.18245), (0.975, 4, 2.77645)),
        *((0.975, 5, 2.57058), (0.975, 30, 2.04227), (0.95, 2, 2.91999), (0.9995, 1, 636.619)),
        *((0.75, 1, 1.0), (0.6, 4, 0.270722), (0.975, 19, 2.09302), (0.999, 19, 3.57940)),
        *((0.9995, 29, 3.65941), (0.975, 100_000, 1.95999)),
    ],
)
def test_students_quantiles_are_those_of_the_tables(share, freedom, quantile):
    assert student(share, freedom) == pytest.approx(quantile, rel=1e-5)


def test_students_quantiles_lie_between_those_of_whole_degrees_of_freedom():
    # I_x(a, b) of mpmath, halved to the same root
    assert student(0.975, 1.3) == pytest.approx(7.50052932556, abs=1e-9)
