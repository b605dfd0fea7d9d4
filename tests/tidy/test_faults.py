"""Every fault of lists and watches has a test that says so in its name."""
import subprocess
import sys

from house import ROOT

TABLE = ROOT / "tests/backends/kubernetes/faults/table.py"


def test_every_list_and_watch_fault_has_a_test():
    done = subprocess.run([sys.executable, TABLE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout.splitlines()[-1]
