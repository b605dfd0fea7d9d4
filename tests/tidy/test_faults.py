"""Every fault of a registry has a test that says so in its name."""
import subprocess
import sys

import pytest
from house import ROOT


@pytest.mark.parametrize("registry", ["kubernetes", "nacos"])
def test_every_fault_has_a_test(registry):
    table = ROOT / "tests/backends" / registry / "faults/table.py"
    done = subprocess.run([sys.executable, table], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout.splitlines()[-1]
