import subprocess
import sys


def test_it_adds_up(tmp_path):
    numbers = tmp_path / "numbers"
    numbers.write_text("1 2\n3\n")
    done = subprocess.run([sys.executable, "scripts/table.py", str(numbers)], capture_output=True, text=True)
    assert done.stdout.split() == ["3.0", "4.0"]
