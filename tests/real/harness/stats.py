"""Percentiles and the chi-square test, written out so that the tests need nothing beyond the standard library."""
import math


def percentile(values, percent):
    """The nearest-rank percentile: the smallest value with at least `percent` % of all at or below it."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]


def figures(values, unit="ms"):
    """One line for the report: count, median, p99, largest."""
    return (
        f"n={len(values)} p50={percentile(values, 50):.2f} {unit} "
        f"p99={percentile(values, 99):.2f} {unit} max={max(values):.2f} {unit}"
    )


def chi_square(counts, shares):
    """Pearson's statistic of observed counts against shares that add up to 1; one entry each a category."""
    total = sum(counts)
    return sum((seen - total * share) ** 2 / (total * share) for seen, share in zip(counts, shares, strict=True))


def chi_square_tail(statistic, freedom):
    """P(X >= statistic) for chi-square with `freedom` degrees: the regularized upper incomplete gamma function
    Q(freedom / 2, statistic / 2), by its series below a + 1 and by Lentz's continued fraction above."""
    a, x = freedom / 2, statistic / 2
    if x <= 0:
        return 1.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        n = a
        while abs(term) > abs(total) * 1e-16:
            n += 1
            term *= x / n
            total += term
        return 1 - front * total
    tiny = 1e-300
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    h = d
    for i in range(1, 10000):
        an = -i * (i - a)
        b += 2
        d = an * d + b
        d = 1 / (d if abs(d) > tiny else tiny)
        c = b + an / c
        c = c if abs(c) > tiny else tiny
        step = c * d
        h *= step
        if abs(step - 1) < 1e-15:
            break
    return front * h


def fit(counts, shares):
    """The p-value of "these counts were drawn with these shares"."""
    return chi_square_tail(chi_square(counts, shares), len(counts) - 1)
