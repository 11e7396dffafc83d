"""What bench/frames makes of measurements, without measuring."""
import contextlib
import io
import unittest

from frames_bench import figures, gst, options


def verdict(**others):
    return {"pictures": 100, "undecodable": 0, "unreadable": 0, "unsent": 0, "different": 0, "stale": 0, "leastPsnrDb": 40.0,
            "latencyMs": {"p50": 10.0, "p90": 11.0, "p99": 12.0, "max": 13.0}, **others}


def window(cpu, seconds, p99=0.5):
    return {"cpu": cpu, "seconds": seconds, "ends": (0, 1),
            "generator": {"latencyMs": {"p50": 0.1, "p99": p99}, "publisherLateMs": {"p99": 0.1}}}


def run(**others):
    return {"missing": 0, "recordedFrames": 50, "brokenFrames": 0, "transcodedHoles": 0, **others}


class FaultsTest(unittest.TestCase):
    def test_right_pictures_are_none(self):
        self.assertEqual(figures.faults_of(verdict(), 100), [])

    def test_wrong_and_missing_pictures_are(self):
        found = figures.faults_of(verdict(different=2, pictures=90), 91)
        self.assertEqual(found, ["2 different pictures", "90 pictures came, and there should be 91"])


class TranscodeTest(unittest.TestCase):
    def told(self, windows, **others):
        chosen = options.parse(["transcode"])
        bare = [[{"decodeUs": 3000.0, "encodeUs": 6000.0}, {"decodeUs": 2000.0, "encodeUs": 6000.0}]] * (len(windows) + 1)
        return figures.of_transcoding(chosen, windows, [verdict()] * len(windows), bare, run(**others))

    def test_a_window_counts_against_the_bare_calls_on_both_sides(self):
        self.assertEqual(figures.ratios([10.0, 30.0], [8.0, 12.0, 28.0]), [1.0, 1.5])

    def test_the_median_of_the_rounds_counts(self):
        told = self.told([window(0.99, 3.5), window(0.945, 3.5), window(9.0, 3.5)])
        self.assertEqual(told["serverCpuUsPerPicture"], 9428.6)
        self.assertAlmostEqual(told["ratio"], 1.0476, 4)
        self.assertAlmostEqual(told["ratioToUnpaced"], 1.1786, 4)
        self.assertEqual(told["faults"], [])

    def test_what_is_lost_is_a_fault(self):
        self.assertEqual(self.told([window(1.0, 3.5)], transcodedHoles=3),
                         {**self.told([window(1.0, 3.5)]), "faults": ["3 packets are missing, 0 frames are broken"]})


class InterferenceTest(unittest.TestCase):
    def test_what_is_added_counts_against_the_limit_of_the_place(self):
        told = figures.of_interference(options.parse([]), "the same core", 8, window(1, 5, 0.5), window(1, 5, 2.0), 0.95, run())
        self.assertEqual((told["addedP99Ms"], told["ratio"], told["poolIsFull"]), (1.5, 0.5, True))

    def test_a_load_that_transcodes_nothing_is_a_fault(self):
        told = figures.of_interference(options.parse([]), "another core", 8, window(1, 5), window(1, 5), 0.0,
                                       run(recordedFrames=0))
        self.assertEqual((told["poolIsFull"], told["faults"]), (False, ["nothing was transcoded"]))


class GStreamerTest(unittest.TestCase):
    def test_cells_cover_the_picture_as_ours_do(self):
        words = gst.command([f"{i}.ivf" for i in range(9)], 1280, 720, 1, 1)
        self.assertIn("sink_5::xpos=852", words)
        self.assertIn("sink_5::width=428", words)
        self.assertIn("sink_8::ypos=480", words)
        self.assertIn("sink_8::height=240", words)

    def test_there_are_as_many_encoders_as_are_asked_for(self):
        files = ["a.ivf"] * 9
        self.assertEqual(gst.command(files, 1280, 720, 1, 9).count("vp8enc"), 9)
        self.assertEqual(gst.command(files, 1280, 720, 1, 1).count("vp8enc"), 1)


class OptionsTest(unittest.TestCase):
    def test_all_are_measured_where_nothing_is_said(self):
        self.assertEqual(options.parse([]).measurements, options.NAMES)
        self.assertEqual(options.parse(["idle"]).measurements, ["idle"])

    def test_what_there_is_not_is_refused(self):
        with self.assertRaises(SystemExit), contextlib.redirect_stderr(io.StringIO()):
            options.parse(["nothing"])


if __name__ == "__main__":
    unittest.main()
