"""An installation that was made by `meson install` and moved elsewhere as a whole:  installation_test.py BUILD"""
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
STREAM = HERE / "stream.py"
BUILD = Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
START_S = 30


def build_option(name):
    options = subprocess.run(["meson", "introspect", "--buildoptions", BUILD], capture_output=True, text=True, check=True).stdout
    return next(option["value"] for option in json.loads(options) if option["name"] == name)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Installation(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        staged = Path(cls.folder.name) / "staged"
        subprocess.run(["meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", staged], check=True,
                       stdout=subprocess.DEVNULL)
        cls.root = Path(cls.folder.name) / "elsewhere"
        shutil.move(staged / build_option("prefix").lstrip("/"), cls.root)
        cls.program = cls.root / "bin" / "kaskado"
        cls.modules = sorted(path.name.removesuffix(".kmd.json")
                             for path in (cls.root / build_option("libdir") / "kaskado" / "modules").glob("*.kmd.json"))

    def installed(self, pattern):
        return [path for path in self.root.rglob(pattern) if path.is_file()]

    def test_all_that_an_operator_needs_is_there(self):
        for pattern in ("kurento.conf.json", "WebRtcEndpoint.conf.ini", "kaskado.service", "sysusers.d/kaskado.conf", "default/kaskado",
                        "logrotate.d/kaskado", "kaskado.8", "kaskado-module.1", "doc/kaskado/README.md", "doc/kaskado/adr/0001-*.md",
                        "kaskado/module.hpp", "kaskado-module.pc", "libkaskado-vpx.so"):
            self.assertEqual(len(self.installed(pattern)), 1, pattern)
        for file in self.installed("*.service") + self.installed("*.8") + self.installed("*.pc"):
            self.assertNotRegex(file.read_text(encoding="utf-8"), r"@\w+@", f"{file}: a place that was not filled in")

    def test_no_text_names_the_folders_of_the_build(self):
        for file in self.installed("*"):
            if file.suffix in (".so", ".svg") or file == self.program:
                continue
            self.assertNotIn(str(BUILD), file.read_text(encoding="utf-8", errors="replace"), file)

    def test_its_own_modules_are_listed(self):
        run = subprocess.run([self.program, "--list"], capture_output=True, text=True, check=True)
        self.assertEqual(run.stderr, "")
        for name in self.modules:
            self.assertRegex(run.stdout, rf"(?m)^  {name} \d")

    def test_it_streams_and_filters_by_its_own_files(self):
        port = free_port()
        conf = self.root / "etc" / "kaskado" / "kurento.conf.json"
        conf.write_text(conf.read_text(encoding="utf-8").replace('"port": 8888', f'"port": {port}'), encoding="utf-8")
        classes = ["chroma.ChromaFilter"] if "chroma" in self.modules else []
        log = Path(self.folder.name) / "log"
        with log.open("wb") as out:
            server = subprocess.Popen([self.program], stdout=out, stderr=out)
        try:
            self.wait_for(port, server)
            subprocess.run([sys.executable, "-B", STREAM, f"ws://127.0.0.1:{port}/kurento", *classes], check=True,
                           stdout=subprocess.DEVNULL, timeout=60)
            mapped = set(re.findall(r"/\S*kaskado-\S+\.so", Path(f"/proc/{server.pid}/maps").read_text(encoding="utf-8")))
        finally:
            server.terminate()
            code = server.wait(20)
        self.assertEqual((code, log.read_text(encoding="utf-8")), (0, ""))
        self.assertEqual([path for path in mapped if not Path(path).is_relative_to(self.root)], [])
        self.assertEqual(any("kaskado-chroma" in path for path in mapped), bool(classes))

    def wait_for(self, port, server):
        until = time.monotonic() + START_S
        while server.poll() is None and time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.02)
        self.fail(f"the server does not listen; its exit code is {server.returncode}")

    def test_modules_are_begun_and_built_against_it(self):
        out = Path(self.folder.name) / "sepia"
        subprocess.run([self.root / "bin" / "kaskado-module", "new", "sepia", "--out", out], check=True, stdout=subprocess.DEVNULL)
        pkg_config = self.installed("kaskado-module.pc")[0].parent
        environment = {**os.environ, "PKG_CONFIG_PATH": str(pkg_config)}
        flags = subprocess.run(["pkg-config", "--cflags", "kaskado-module"], capture_output=True, text=True, check=True,
                               env=environment).stdout.split()
        self.assertIn(str(self.root), os.path.realpath(flags[0].removeprefix("-I")))
        subprocess.run(["g++", "-std=c++20", "-fsyntax-only", *flags, out / "module.cpp"], check=True)
        modules = subprocess.run(["pkg-config", "--variable=modulesdir", "kaskado-module"], capture_output=True, text=True, check=True,
                                 env=environment).stdout.strip()
        self.assertTrue(Path(modules).is_dir() or not self.modules, modules)

    def test_its_pages_are_well_formed(self):
        mandoc = shutil.which("mandoc")
        if not mandoc:
            self.skipTest("mandoc is missing")
        for page in self.installed("kaskado*.[18]"):
            run = subprocess.run([mandoc, "-Tlint", "-W", "warning", page], capture_output=True, text=True, check=False)
            self.assertEqual(run.stdout, "", page)


if __name__ == "__main__":
    unittest.main()
