"""filters/kaskado-module, but for what takes a build or a server: that is tests/e2e/modules.test.mjs."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOL = ROOT / "filters" / "kaskado-module"
TOY = ROOT / "tests" / "modules" / "toy" / "toy.kmd.json"


class ToolTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        self.out = Path(self.directory.name) / "out"

    def run_tool(self, *arguments, environment=None):
        return subprocess.run([sys.executable, "-B", TOOL, *map(str, arguments)], capture_output=True, text=True, check=False,
                              env=environment)

    def read(self, name):
        return (self.out / name).read_text(encoding="utf-8")

    def test_a_module_begins_with_all_that_it_needs(self):
        self.assertEqual(self.run_tool("new", "my_filter", "--out", self.out).returncode, 0)
        self.assertEqual(sorted(p.name for p in self.out.iterdir()),
                         ["meson.build", "module.cpp", "my_filter.cpp", "my_filter.hpp", "my_filter.kmd.json",
                          "my_filter_test.cpp"])
        descriptor = json.loads(self.read("my_filter.kmd.json"))
        self.assertEqual(descriptor["kaskado"], {"abi": 1, "library": "libkaskado-my_filter.so"})
        self.assertEqual(descriptor["remoteClasses"][0]["name"], "MyFilterFilter")
        abi = (ROOT / "include" / "kaskado" / "module.hpp").read_text(encoding="utf-8")
        self.assertIn(f"inline constexpr int kAbi = {descriptor['kaskado']['abi']};", abi)

    def test_names_that_are_none_are_refused(self):
        for name in ("Sepia", "1st", "a-b", "core", "filters", "../x", ""):
            result = self.run_tool("new", name, "--out", self.out)
            self.assertEqual(result.returncode, 1, name)
            self.assertRegex(result.stderr, "^kaskado-module: .*(no name|Kurento's own)")
        self.assertFalse(self.out.exists())

    def test_nothing_is_written_over(self):
        self.out.mkdir()
        (self.out / "module.cpp").write_text("mine")
        result = self.run_tool("new", "sepia", "--out", self.out)
        self.assertEqual((result.returncode, [p.name for p in self.out.iterdir()]), (1, ["module.cpp"]))
        self.assertIn("is there already", result.stderr)

    def test_javascript_has_classes_types_and_their_names_on_the_wire(self):
        self.assertEqual(self.run_tool("client", TOY, "--js", "--out", self.out).returncode, 0)
        package = json.loads(self.read("package.json"))
        self.assertEqual((package["name"], package["version"]), ("kurento-module-toy", "1.2.3"))
        self.assertIn("exports.DimFilter = require('./DimFilter');", self.read("lib/index.js"))
        self.assertIn("  Region: require('./complexTypes/Region')", self.read("lib/index.js"))
        dim = self.read("lib/DimFilter.js")
        self.assertIn("  mediaPipeline: { type: 'kurento.MediaPipeline', required: true },", dim)
        self.assertIn("  region: { type: 'toy.Region', required: true },", dim)
        self.assertIn("  steps: { type: 'int' }", dim)
        self.assertIn("DimFilter.prototype.setSteps = support.operation('setSteps', [{ name: 'steps', required: true }]);", dim)
        self.assertNotIn("setFrames", dim)
        self.assertIn('DimFilter.events = Filter.events.concat(["Dimmed"]);', dim)
        self.assertIn('__module__: { enumerable: true, value: "toy" }', self.read("lib/complexTypes/Region.js"))

    def test_java_has_interfaces_with_builders_and_events(self):
        self.assertEqual(self.run_tool("client", TOY, "--java", "--out", self.out).returncode, 0)
        folder = "src/main/java/org/kurento/module/toy/"
        dim = self.read(folder + "DimFilter.java")
        self.assertIn("public interface DimFilter extends Filter {", dim)
        self.assertIn("  TFuture<Double> add(Transaction tx, @org.kurento.client.internal.server.Param(\"numbers\") java.util.List<Double> numbers);", dim)
        self.assertIn("public Builder(MediaPipeline mediaPipeline, Region region) {", dim)
        self.assertIn("public Builder withSteps(int steps) {", dim)
        self.assertIn("addDimmedListener(EventListener<DimmedEvent> listener);", dim)
        self.assertIn("super(source, timestampMillis, tags, type);", self.read(folder + "DimmedEvent.java"))
        self.run_tool("client", TOY, "--java", "--kurento", "6", "--out", self.out / "6")
        self.assertIn("super(source, timestamp, tags, type);", self.read(f"6/{folder}DimmedEvent.java"))

    def test_a_module_is_found_by_its_name(self):
        paths = {"KURENTO_MODULES_PATH": f"/nowhere:{TOY.parent.parent}", "PATH": "/usr/bin:/bin"}
        self.assertEqual(self.run_tool("client", "toy", "--js", "--out", self.out, environment=paths).returncode, 0)
        result = self.run_tool("client", "gone", "--js", "--out", self.out, environment=paths)
        self.assertEqual((result.returncode, result.stderr),
                         (1, "kaskado-module: there is no gone.kmd.json in KURENTO_MODULES_PATH; name the file\n"))

    def test_what_is_no_descriptor_is_refused(self):
        self.out.mkdir()
        for text, reason in (("{", "is no JSON"), ("[]", "is no descriptor"), ("{}", "is no descriptor")):
            path = self.out / "x.kmd.json"
            path.write_text(text)
            result = self.run_tool("client", path, "--js", "--out", self.out / "js")
            self.assertEqual(result.returncode, 1)
            self.assertIn(reason, result.stderr)


if __name__ == "__main__":
    unittest.main()
