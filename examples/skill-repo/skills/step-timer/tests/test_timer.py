import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "scripts"))

from timer import slowest_first, timed


class TimerTest(unittest.TestCase):
    def test_the_exit_code_is_kept(self):
        seconds, code = timed(f'{sys.executable} -c "raise SystemExit(3)"')
        self.assertEqual(code, 3)
        self.assertGreater(seconds, 0)

    def test_slowest_first(self):
        self.assertEqual(slowest_first({"a": 1.0, "b": 3.0, "c": 2.0}), ["b", "c", "a"])
