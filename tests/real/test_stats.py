"""The judges of the weight scenarios, judged: known values, and a verdict on draws whose truth is known."""
import random

import pytest

from harness import stats


# Values of the chi-square distribution as printed in statistical tables (upper tail).
@pytest.mark.parametrize(
    ("statistic", "freedom", "tail"),
    [(3.841, 1, 0.05), (6.635, 1, 0.01), (5.991, 2, 0.05), (9.210, 2, 0.01), (18.307, 10, 0.05), (29.588, 10, 0.001),
     (124.342, 100, 0.05), (0, 3, 1.0)],
)  # fmt: skip
def test_tail_agrees_with_the_tables(statistic, freedom, tail):
    assert stats.chi_square_tail(statistic, freedom) == pytest.approx(tail, rel=2e-3)


def test_tail_goes_far_down():
    """exp(-x/2) exactly for two degrees of freedom: the bound 1e-6 lies well inside what is computed."""
    for x in (1, 10, 27.6, 100, 700):
        assert stats.chi_square_tail(x, 2) == pytest.approx(2.718281828459045 ** (-x / 2), rel=1e-9)


def test_fit_accepts_the_truth_and_refuses_five_percent_off():
    draw = random.Random(3)
    shares = [0.4, 0.3, 0.2, 0.1]
    counts = [0] * 4
    for picked in draw.choices(range(4), shares, k=30000):
        counts[picked] += 1
    assert stats.fit(counts, shares) > 1e-6
    mutant = [0.4 * 1.05, 0.3 * 0.95, 0.2, 0.1 - 0.02 + 0.015]
    assert stats.fit(counts, [share / sum(mutant) for share in mutant]) < 1e-6


def test_percentile_is_the_nearest_rank():
    values = [5, 1, 4, 2, 3]
    assert [stats.percentile(values, p) for p in (1, 50, 60, 99, 100)] == [1, 3, 3, 5, 5]
