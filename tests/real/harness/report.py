"""Measured figures: gathered during a run, printed at its end. A conftest imports both names."""
import pytest

_figures = []


def pytest_terminal_summary(terminalreporter):
    if _figures:
        terminalreporter.section("figures of this run")
        for line in _figures:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def figure():
    """figure("what", "value"): one line in the report at the end."""
    return lambda what, value: _figures.append(f"{what}: {value}")
