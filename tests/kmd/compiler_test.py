"""What the compiler refuses and what it makes of what it accepts."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import compile as compiler
import header
import merge
import source
from cpp import Speller

COMPILER = Path(compiler.__file__)


def member(name, type_, **more):
    return {"name": name, "type": type_, "doc": "A member.", **more}


def record(name, *members, **more):
    return {"typeFormat": "REGISTER", "name": name, "doc": "A record.", "properties": list(members), **more}


def enumeration(name, *values):
    return {"typeFormat": "ENUM", "name": name, "doc": "An enumeration.", "values": list(values)}


def event(name, *members, **more):
    return {"name": name, "doc": "An event.", "properties": list(members), **more}


def method(name, *parameters, returns=None):
    made = {"name": name, "doc": "A method.", "params": list(parameters)}
    if returns:
        made["return"] = {"type": returns, "doc": "A result."}
    return made


def cls(name, **more):
    if not more.get("abstract"):
        more.setdefault("constructor", {"doc": "Makes one.", "params": []})
    return {"name": name, "doc": "A class.", **more}


def descriptor(*classes, types=(), events=(), name="core", **more):
    return {"name": name, "version": "1.0.0", "remoteClasses": list(classes), "complexTypes": list(types),
            "events": list(events), **more}


ROOT = descriptor(cls("MediaObject", abstract=True, events=["Error"]),
                  events=[event("RaiseBase", member("source", "MediaObject")),
                          event("Media", member("type", "String"), extends="RaiseBase"),
                          event("Error", member("description", "String"), extends="RaiseBase")])


class Case(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.directory = Path(directory.name)
        self.root = self.write("root", ROOT)

    def write(self, name, content):
        path = self.directory / f"{name}.kmd.json"
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    def load(self, *descriptors, room="elements"):
        paths = [self.write(f"d{i}", d) for i, d in enumerate(descriptors)]
        return compiler.load([("pipeline", [self.root]), (room, paths)])

    def model(self, *descriptors):
        model, problems = self.load(*descriptors)
        self.assertEqual(problems, [])
        return model

    def refuses(self, fault, *descriptors):
        """The only fault of the descriptors is this one, told with its file."""
        _, problems = self.load(*descriptors)
        self.assertEqual([p.split("/")[-1] for p in problems], [fault])


class Form(Case):
    def test_good_descriptor(self):
        self.model(descriptor(cls("A", extends="MediaObject")))

    def test_json(self):
        self.refuses("d0.kmd.json:2: Expecting property name enclosed in double quotes", '{\n!')

    def test_no_object(self):
        self.refuses("d0.kmd.json: a descriptor should be an object", "[]")

    def test_missing_file(self):
        _, problems = compiler.load([("pipeline", [str(self.directory / "none.kmd.json")])])
        self.assertEqual(len(problems), 1)
        self.assertIn("none.kmd.json: ", problems[0])

    def test_key_twice(self):
        self.refuses("d0.kmd.json: the key 'doc' occurs twice in one object",
                     '{"name": "core", "version": "1.0.0", "complexTypes": '
                     '[{"typeFormat": "ENUM", "name": "E", "doc": "a", "doc": "b", "values": ["A"]}]}')

    def test_unknown_keys(self):
        self.refuses("d0.kmd.json: class A: unknown key 'colour'", descriptor(cls("A", colour="red")))
        self.refuses("d0.kmd.json: class A: method m: parameter p: unknown key 'final'",
                     descriptor(cls("A", methods=[method("m", member("p", "int", final=True))])))

    def test_missing_keys(self):
        self.refuses("d0.kmd.json: class A: 'doc' is missing",
                     descriptor({"name": "A", "abstract": True}))
        self.refuses("d0.kmd.json: class A: property p: 'doc' is empty",
                     descriptor(cls("A", properties=[{"name": "p", "type": "int", "doc": ""}])))

    def test_wrong_kinds(self):
        self.refuses("d0.kmd.json: class A: 'events' should be a list", descriptor(cls("A", events="E")))
        self.refuses("d0.kmd.json: class A: 'abstract' should be a boolean", descriptor(cls("A", abstract=1)))
        self.refuses("d0.kmd.json: class A: 'events' should be a list of names", descriptor(cls("A", events=[1])))
        self.refuses("d0.kmd.json: type T: 'typeFormat' should be ENUM or REGISTER",
                     descriptor(types=[{"typeFormat": "UNION", "name": "T"}]))
        self.refuses("d0.kmd.json: class ?: a class should be an object", descriptor("A"))

    def test_names(self):
        self.refuses("d0.kmd.json: type E: the value '2XL' is no identifier",
                     descriptor(types=[enumeration("E", "2XL")]))
        self.refuses("d0.kmd.json: class A: go: 'x-y' is no identifier",
                     descriptor(cls("A", methods=[method("go", member("x-y", "int"))])))
        self.refuses("d0.kmd.json: class A-B: 'A-B' is no identifier", descriptor(cls("A-B")))


class References(Case):
    def test_unknown_parents(self):
        self.refuses("d0.kmd.json: class A: extends 'B', which is not defined", descriptor(cls("A", extends="B")))
        self.refuses("d0.kmd.json: type R: extends 'Q', which is not defined",
                     descriptor(types=[record("R", extends="Q")]))

    def test_one_unknown_parent_is_one_fault(self):
        self.refuses("d0.kmd.json: class A: extends 'X', which is not defined",
                     descriptor(cls("A", extends="X"), cls("B", extends="A"), cls("C", extends="B")))

    def test_circles(self):
        _, problems = self.load(descriptor(cls("A", extends="B"), cls("B", extends="A")))
        self.assertEqual(len(problems), 2)
        self.assertTrue(problems[0].endswith("class A: descends from itself"))
        self.refuses("d0.kmd.json: type R: contains itself", descriptor(types=[record("R", member("r", "R[]"))]))

    def test_unknown_types(self):
        for bad in ("Foo", "Foo[]", "int[][]", "string"):
            self.refuses(f"d0.kmd.json: class A: go: 'p': unknown type '{bad}'",
                         descriptor(cls("A", methods=[method("go", member("p", bad))])))
        self.refuses("d0.kmd.json: class A: getP: result: unknown type 'Foo'",
                     descriptor(cls("A", properties=[member("p", "Foo", readOnly=True)])))
        self.refuses("d0.kmd.json: type R: 'm': unknown type 'Foo<>'",
                     descriptor(types=[record("R", member("m", "Foo<>"))]))

    def test_events(self):
        self.refuses("d0.kmd.json: class A: the event 'E' is not defined", descriptor(cls("A", events=["E"])))
        self.refuses("d0.kmd.json: event E: no class has this event", descriptor(events=[event("E")]))
        self.refuses("d0.kmd.json: class A: the event 'Error' occurs twice",
                     descriptor(cls("A", extends="MediaObject", events=["Error"])))

    def test_objects_go_out_only(self):
        holder = record("R", member("who", "MediaObject"))
        self.model(descriptor(cls("A", methods=[method("go", returns="R[]")]), types=[holder]))
        self.refuses("d0.kmd.json: class A: go: 'p' is a R, which holds objects of the server and can only be a result",
                     descriptor(cls("A", methods=[method("go", member("p", "R"))]), types=[holder]))

    def test_records_are_extended_where_their_room_knows(self):
        lower = self.write("lower", descriptor(types=[record("R")]))
        upper = self.write("upper", descriptor(types=[record("S", extends="R")]))
        _, problems = compiler.load([("pipeline", [self.root, lower]), ("elements", [upper])])
        self.assertEqual(len(problems), 1)
        self.assertIn("type S: extends 'R', which nothing extends in its own room", problems[0])
        _, problems = compiler.load([("pipeline", [self.root, lower, upper])])
        self.assertEqual(problems, [])


class Uniqueness(Case):
    def test_names_over_files_and_kinds(self):
        _, problems = self.load(descriptor(cls("A")), descriptor(types=[enumeration("A", "X")]))
        self.assertEqual(len(problems), 1)
        self.assertIn("d1.kmd.json: type A: defined before in ", problems[0])

    def test_operations(self):
        self.refuses("d0.kmd.json: class A: two operations become 'get_p' in C++",
                     descriptor(cls("A", properties=[member("p", "int")], methods=[method("getP")])))
        self.refuses("d0.kmd.json: class B: inherits 'getP' from A already",
                     descriptor(cls("A", properties=[member("p", "int")]),
                                cls("B", extends="A", methods=[method("getP")])))

    def test_members(self):
        _, problems = self.load(descriptor(types=[record("R", member("a", "int")),
                                                  record("S", member("a", "int"), extends="R")]))
        self.assertEqual([p.split(": ", 1)[1] for p in problems],
                         ["type S: 'a' occurs twice", "type S: two names become 'a' in C++"])
        self.refuses("d0.kmd.json: type R: two names become 'stream_id' in C++",
                     descriptor(types=[record("R", member("streamId", "int"), member("streamID", "int"))]))

    def test_enumerators(self):
        self.refuses("d0.kmd.json: type E: the value 'open' occurs twice",
                     descriptor(types=[enumeration("E", "open", "OPEN")]))
        self.refuses("d0.kmd.json: type E: has no values", descriptor(types=[enumeration("E")]))

    def test_twins(self):
        self.refuses("d0.kmd.json: event E: its twin 'F' is an event of its own",
                     descriptor(cls("A", events=["E", "F"]), events=[event("E", twins=["F"]), event("F")]))
        self.refuses("d0.kmd.json: event F: its twin 'X' is one of E already",
                     descriptor(cls("A", events=["E", "F"]), events=[event("E", twins=["X"]), event("F", twins=["X"])]))
        self.refuses("d0.kmd.json: class A: the event 'F' is not defined; it is a twin of 'E', name that one",
                     descriptor(cls("A", events=["E", "F"]), events=[event("E", twins=["F"])]))

    def test_versions(self):
        _, problems = self.load(descriptor(version="2.0.0"))
        self.assertIn("module core has version 1.0.0 in other files, 2.0.0 here", problems[0])


class Classes(Case):
    def test_constructors(self):
        self.refuses("d0.kmd.json: class A: is neither abstract nor has a constructor",
                     descriptor({"name": "A", "doc": "A class."}))
        self.refuses("d0.kmd.json: class A: is abstract and has a constructor",
                     descriptor(cls("A", abstract=True, constructor={"doc": "Makes one.", "params": []})))

    def test_defaults(self):
        types = [enumeration("E", "X"), record("R", member("n", "int"), member("e", "E", optional=True))]
        for type_, value, fault in (
                ("int", 1.5, "is no int"), ("int", True, "is no int"), ("int", 1 << 31, "is no int"),
                ("int64", 1 << 63, "is no int64"), ("boolean", 0, "is no boolean"), ("String", 1, "is no String"),
                ("float", "1", "is no float"), ("E", "Y", "is no value of E"), ("E", 0, "is no value of E"),
                ("R", 1, "should be a JSON object"), ("R", {}, "lacks 'n'"),
                ("R", {"n": 1, "m": 1}, "has a member 'm' that R has not"),
                ("R", {"n": "x"}, "has a member 'n' that is no int"), ("int[]", 1, "should be a JSON array"),
                ("int[]", [1, "x"], "is no int"), ("E<>", ["X"], "should be a JSON object"),
                ("MediaObject", "id", "cannot be an object of the server")):
            self.refuses(f"d0.kmd.json: class A: go: the default of 'p' {fault}",
                         descriptor(cls("A", methods=[method("go", member("p", type_, defaultValue=value))]),
                                    types=types))
        for type_, value in (("int", -1), ("float", 30), ("String", ""), ("E", "X"), ("R", {"n": 1}), ("int[]", []),
                             ("E<>", {"a": "X"}), ("int64", 1 << 40)):
            self.model(descriptor(cls("A", methods=[method("go", member("p", type_, defaultValue=value))]),
                                  types=types))


class Emission(Case):
    def header(self, *descriptors, by_id=False):
        return header.emit(Speller(self.model(*descriptors), "elements", by_id), ["pipeline"], False)

    def test_types(self):
        types = [enumeration("E", "X"), record("R", member("n", "int")), record("Base", member("b", "int")),
                 record("Derived", extends="Base")]
        parameters = [member("a", "E"), member("b", "R", optional=True), member("c", "int", defaultValue=1),
                      member("d", "MediaObject", optional=True), member("e", "String[]", optional=True),
                      member("f", "Base<>"), member("g", "Base"), member("h", "R<>")]
        text = " ".join(self.header(descriptor(cls("A", methods=[method("go", *parameters, returns="A[]")]),
                                               types=types)).split())
        self.assertIn(
            "virtual pipeline::ApiResult<std::vector<A*>> go( E a, std::optional<R> b, int c, "
            "pipeline::MediaObject* d, std::vector<std::string> e, std::map<std::string, pipeline::Value> f, "
            "pipeline::Value g, std::map<std::string, R> h) = 0;", text)

    def test_objects_by_id(self):
        text = self.header(descriptor(cls("A", methods=[method("go", member("o", "MediaObject"), returns="A[]")])),
                           by_id=True)
        self.assertIn("virtual pipeline::ApiResult<std::vector<std::string>> go(std::string o) = 0;", text)

    def test_properties(self):
        text = self.header(descriptor(cls("A", properties=[member("rw", "int"), member("ro", "int", readOnly=True),
                                                           member("fixed", "int", final=True)])))
        self.assertIn("set_rw(int rw)", text)
        for name in ("rw", "ro", "fixed"):
            self.assertIn(f"get_{name}()", text)
        self.assertNotIn("set_ro", text)
        self.assertNotIn("set_fixed", text)

    def test_records_hold_inherited_members_and_stand_behind_what_they_hold(self):
        text = self.header(descriptor(types=[record("Outer", member("inner", "Inner"), extends="Base"),
                                             record("Base", member("first", "int", optional=True)), record("Inner")]))
        outer = text[text.index("struct Outer {"):]
        self.assertLess(outer.index("std::optional<int> first;"), outer.index("Inner inner;"))
        self.assertLess(text.index("struct Inner {"), text.index("struct Outer {"))

    def test_events(self):
        text = self.header(descriptor(cls("A", events=["E"]), events=[
            event("E", member("n", "int"), extends="Media", twins=["OnE"])]))
        struct = text[text.index("struct E {"):]
        self.assertIn("int n = 0;", struct)
        self.assertNotIn("String", struct[:struct.index("};")])
        self.assertIn("Also known as OnE.", text)

    def test_only_classes_with_a_constructor_are_made(self):
        text = self.header(descriptor(cls("A"), cls("B", abstract=True)))
        self.assertIn("create_a(", text)
        self.assertNotIn("create_b(", text)

    def test_output_is_repeatable(self):
        given = descriptor(cls("A", extends="MediaObject"))
        self.assertEqual(source.emit(Speller(self.model(given), "elements"), True),
                         source.emit(Speller(self.model(given), "elements"), True))


class Merging(Case):
    def test_twins_become_definitions(self):
        model = self.model(descriptor(
            cls("A", extends="MediaObject", events=["E"]), name="elements",
            types=[record("R", member("streamId", "int", twins=["streamID"]))],
            events=[event("E", member("n", "int"), extends="Media", twins=["OnE"])]))
        core, elements = merge.modules(model)
        self.assertEqual([c.name for c in core.classes], ["MediaObject"])
        merged = json.loads(elements.text)
        self.assertEqual(merged["remoteClasses"][0]["events"], ["E", "OnE"])
        self.assertEqual([e["name"] for e in merged["events"]], ["E", "OnE"])
        self.assertEqual(merged["events"][1]["properties"], merged["events"][0]["properties"])
        self.assertEqual([m["name"] for m in merged["complexTypes"][0]["properties"]], ["streamId", "streamID"])
        self.assertNotIn("twins", elements.text)
        self.assertEqual(merged["imports"], [{"name": "core", "version": "1.0.0"}])
        self.assertNotIn("imports", json.loads(core.text))


class CommandLine(Case):
    def run_compiler(self, *descriptors):
        return subprocess.run([sys.executable, "-B", COMPILER, "--room", "pipeline",
                               "--header", self.directory / "api.hpp", "--source", self.directory / "api.cpp",
                               *descriptors], capture_output=True, text=True)

    def test_writes_both_files(self):
        done = self.run_compiler(self.root)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("class MediaObjectApi {", (self.directory / "api.hpp").read_text())
        self.assertIn("kMediaObjectClass = {", (self.directory / "api.cpp").read_text())

    def test_faults_end_with_1_and_write_nothing(self):
        done = self.run_compiler(self.root, self.write("bad", descriptor(cls("A", extends="B"), cls("C", extends="D"))))
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(done.stderr.splitlines()), 2)
        self.assertFalse((self.directory / "api.hpp").exists())


if __name__ == "__main__":
    unittest.main()
