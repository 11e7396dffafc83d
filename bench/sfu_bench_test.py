"""What bench/sfu makes of measurements, without measuring."""
import asyncio
import contextlib
import io
import types
import unittest
import xml.etree.ElementTree as xml

from sfu_bench import chart, figures, many, options, plan


def run_of(viewers, loss):
    return {"audience": viewers, "deliveredPerSecond": 260 * viewers, "lossPct": {"window": loss, "run": 0.0},
            "latencyMs": {"p99": 1.0}, "serverCpuUsPerPacket": 2.0, "ratioToFloor": 1.2,
            "generator": {"isBottleneck": False}}


def search(capacity, start=100, minutes=1.0):
    """The largest audience of a server that loses packets of more than `capacity` viewers, and what was tried."""
    tried = []

    async def repeat(_, chosen):
        tried.append(chosen.viewers)
        return run_of(chosen.viewers, 0.0 if chosen.viewers <= capacity else 5.0)

    original, many.repeat = many.repeat, repeat
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            chosen = types.SimpleNamespace(viewers=start, find_minutes=minutes)
            return asyncio.run(many.find(None, chosen)), tried
    finally:
        many.repeat = original


class FindTest(unittest.TestCase):
    def test_comes_close_to_the_capacity_from_below(self):
        for capacity in (100, 101, 777, 1450, 5000):
            found, tried = search(capacity)
            self.assertLessEqual(found["audience"], capacity)
            self.assertGreaterEqual(found["audience"], capacity * (1 - 2 * many.RESOLUTION) - 1)
            self.assertLess(len(tried), 16)

    def test_goes_down_where_the_first_audience_is_too_large(self):
        found, _ = search(30, start=400)
        self.assertGreater(found["audience"], 25)
        self.assertLessEqual(found["audience"], 30)

    def test_ends_at_the_largest_audience_there_is(self):
        found, tried = search(10 ** 9)
        self.assertEqual(found["audience"], many.MOST_VIEWERS)
        self.assertEqual(tried[-1], many.MOST_VIEWERS)

    def test_ends_in_time(self):
        found, tried = search(1000, minutes=0)
        self.assertEqual((found["audience"], tried), (0, []))
        self.assertFalse(found["find"]["inTime"])


class MedianTest(unittest.TestCase):
    def test_takes_each_number_by_itself(self):
        runs = [{"a": a, "b": {"c": c}, "name": "x"} for a, c in ((1, 0.5), (9, 0.1), (2, 0.3))]
        self.assertEqual(many.median(runs), {"a": 2, "b": {"c": 0.3}, "name": "x"})

    def test_what_any_run_says_is_kept(self):
        self.assertEqual(many.median([[], ["late"], ["late", "full"]]), ["late", "full"])

    def test_what_is_true_once_is_true(self):
        self.assertTrue(many.median([False, True, False]))

    def test_faults_are_added_up(self):
        runs = [{"checks": {"faults": {"duplicates": 1}}}, {"checks": {"faults": {}}},
                {"checks": {"faults": {"duplicates": 2, "changed": 1}}}]
        self.assertEqual(many.worst_faults(runs), {"duplicates": 3, "changed": 1})


class LossTest(unittest.TestCase):
    @staticmethod
    def loss(expected, received, holes=0, burst=False):
        chosen = types.SimpleNamespace(pps=260.0, fps=30.0, burst=burst)
        return figures.window_loss({"options": chosen, "plan": plan.one_to_many(100, False),
                                    "window": {"expected": expected, "received": received, "holes": holes}})

    def test_what_is_always_under_way_is_not_lost(self):
        self.assertEqual(self.loss(100_000, 99_900), 0)
        self.assertEqual(self.loss(100_000, 99_100, burst=True), 0)
        self.assertEqual(self.loss(100_000, 100_050), 0)

    def test_a_queue_that_grows_is_loss(self):
        self.assertEqual(self.loss(100_000, 94_900), 5.0)

    def test_holes_are_loss_though_all_else_came(self):
        self.assertEqual(self.loss(100_000, 99_990, holes=10), 0.01)


class ProblemsTest(unittest.TestCase):
    @staticmethod
    def checks(**changed):
        return {"load": {"kind": "video"}, "checks": {"packets": 10, "missing": 0, "faults": {}, **changed}}

    def test_a_clean_run_has_none(self):
        self.assertEqual(figures.problems(self.checks(), lossless=True), [])

    def test_loss_counts_where_none_is_allowed(self):
        self.assertEqual(figures.problems(self.checks(missing=3), lossless=False), [])
        self.assertEqual(figures.problems(self.checks(missing=3), lossless=True), ["3 missing"])

    def test_faults_and_silence_always_count(self):
        self.assertEqual(figures.problems(self.checks(faults={"changed": 1}), lossless=False), ["1 changed"])
        self.assertEqual(len(figures.problems(self.checks(packets=0), lossless=False)), 1)


class CompanyTest(unittest.TestCase):
    def test_what_is_sent_to_the_dead_counts_for_the_cost(self):
        measured = {"company": {"dead": 200}, "plan": plan.one_to_many(100, False), "window": {"received": 26_000}}
        told = figures.of_company(measured, cpu_seconds=0.234)["company"]
        self.assertEqual(told["cpuUsPerPacketSent"], 3.0)

    def test_without_company_nothing_is_said(self):
        self.assertEqual(figures.of_company({"company": None}, 1.0), {})


class PlanTest(unittest.TestCase):
    def test_in_a_room_everybody_sees_everybody_else_once(self):
        made = plan.all_to_all(3, 4, audio=True)
        self.assertEqual((len(made.publishers), len(made.viewers)), (12, 36))
        rooms = {peer.id: peer.room for peer in made.publishers}
        self.assertTrue(all(rooms[viewer.source] == viewer.room for viewer in made.viewers))
        self.assertEqual(len({peer.id for peer in made.publishers + made.viewers}), 48)
        for publisher in made.publishers:
            self.assertEqual(sum(viewer.source == publisher.id for viewer in made.viewers), 3)


class OptionsTest(unittest.TestCase):
    def test_audio_has_defaults_of_its_own(self):
        chosen = options.parse(["--audio"])
        self.assertEqual((chosen.pps, chosen.size, chosen.fps), (50, 100, 50))

    def test_refuses_what_makes_no_sense(self):
        for wrong in (["--viewers", "0"], ["--size", "20"], ["--fps", "500"], ["--server-cpu", "99999"],
                      ["--find", "--topology", "rooms"], ["--pps", "nan"], ["--hot", "9", "--dead", "9"]):
            with self.assertRaises(SystemExit), contextlib.redirect_stderr(io.StringIO()):
                options.parse(wrong)


class ChartTest(unittest.TestCase):
    def test_is_svg_with_all_points_inside(self):
        series = [("smooth & even", [(50, 0.02), (1400, 31.0)], False), ("floor", [(50, 1.6), (1400, 1.6)], True)]
        root = xml.fromstring(chart.render("A <title>", "viewers", "ms", series, log=True))
        lines = [node for node in root if node.tag.endswith("polyline")]
        self.assertEqual(len(lines), 2)
        for node in lines:
            for point in node.get("points").split():
                x, y = map(float, point.split(","))
                self.assertTrue(chart.LEFT <= x <= chart.WIDTH - chart.RIGHT and chart.TOP <= y <= chart.HEIGHT)


if __name__ == "__main__":
    unittest.main()
