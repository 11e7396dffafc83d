"""Our descriptors against what clients of both generations know (facts/kurento-*.json): nothing is missing, nothing
is of another type, nothing is made up."""
import json
import unittest
from pathlib import Path

import compile as compiler
import naming
from model import Type

HERE = Path(__file__).resolve().parent
SOURCES = HERE.parent.parent / "src"
GENERATIONS = ("6.7", "7.3")
ROOMS = ("pipeline", "elements", "control")
# Where we differ on purpose: (where, member) -> our default.
# What is beyond Kurento stands here (docs/extensions.md).
OWN_MODULES = {"kaskado"}
OWN_DEFAULTS = {("WebRtcEndpoint constructor", "certificateKeyType"): "ECDSA"}  # docs/adr/0003


def load_facts(generation):
    """The classes, types and events of one generation, each with its module."""
    facts = {"classes": {}, "types": {}, "events": {}}
    for path in sorted((HERE / "facts").glob(f"kurento-{generation}-*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        for table in facts:
            facts[table] |= {name: {**entry, "module": content["name"]} for name, entry in content[table].items()}
    return facts


def operations_of(facts):
    """Wire name -> (parameters, result type) of a class in the facts."""
    operations = {m["name"]: (m["params"], m.get("returns")) for m in facts.get("methods", [])}
    for prop in facts.get("properties", []):
        operations[naming.accessor("get", prop["name"])] = ([], prop["type"])
        if not prop.get("final") and not prop.get("readOnly"):
            operations[naming.accessor("set", prop["name"])] = ([{"name": prop["name"], "type": prop["type"]}], None)
    return operations


class Facts(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.facts = {generation: load_facts(generation) for generation in GENERATIONS}
        cls.model, problems = compiler.load(
            [(room, sorted(map(str, (SOURCES / room).glob("*.kmd.json")))) for room in ROOMS])
        assert not problems, problems
        # Of the model's tables what Kurento has as well; the rest are extensions.
        cls.own = [e for table in (cls.model.classes, cls.model.records, cls.model.enumerations, cls.model.events)
                   for e in table.values() if e.module in OWN_MODULES]
        for table in (cls.model.classes, cls.model.records, cls.model.enumerations, cls.model.events):
            for name in [n for n, e in table.items() if e.module in OWN_MODULES]:
                del table[name]

    def known(self, table, name):
        """(generation, entry) of those generations that know the name."""
        return [(g, f[table][name]) for g, f in self.facts.items() if name in f[table]]

    def assert_members(self, where, ours, theirs):
        """All of theirs are among ours, with the same types and defaults."""
        ours = {wire: m for m in ours for wire in m.wire_names}
        for fact in theirs:
            with self.subTest(where=where, member=fact["name"]):
                self.assertIn(fact["name"], ours)
                member = ours[fact["name"]]
                self.assertEqual(str(member.type), fact["type"])
                self.assertTrue(member.optional or not fact.get("optional"))
                # An empty record says no more than that it may be left out.
                if fact.get("default") == {}:
                    del fact["default"]
                self.assertEqual(member.has_default, "default" in fact)
                own = OWN_DEFAULTS.get((where, member.name))
                if own is None:
                    self.assertEqual(member.default, fact.get("default"))
                else:
                    self.assertNotEqual(fact["default"], own, "no difference to name any more")
                    self.assertEqual(member.default, own)

    def assert_all_known(self, where, names, entries):
        known = set().union(*entries)
        self.assertLessEqual(set(names), known, f"{where} is made up")

    def test_classes(self):
        for cls in self.model.classes.values():
            entries = self.known("classes", cls.name)
            self.assertTrue(entries, f"{cls.name} is made up")
            for generation, fact in entries:
                with self.subTest(cls=cls.name, generation=generation):
                    self.assertEqual(cls.extends, fact["extends"])
                    self.assertEqual(cls.abstract, fact.get("abstract", False))
                    self.assertEqual(cls.module, fact["module"])
                    self.assertEqual(cls.constructor is None, "constructor" not in fact)
                    self.assert_members(f"{cls.name} constructor", cls.constructor or [], fact.get("constructor", []))
            if cls.constructor:
                self.assert_all_known(f"{cls.name} constructor", [p.name for p in cls.constructor],
                                      [{p["name"] for p in f.get("constructor", [])} for _, f in entries])

    def test_operations(self):
        for cls in self.model.classes.values():
            ours = {o.name: o for o in cls.operations}
            entries = [(g, operations_of(f)) for g, f in self.known("classes", cls.name)]
            self.assert_all_known(cls.name, ours, [set(theirs) for _, theirs in entries])
            for generation, theirs in entries:
                for name, (parameters, result) in theirs.items():
                    with self.subTest(cls=cls.name, operation=name, generation=generation):
                        self.assertIn(name, ours)
                        self.assertEqual(ours[name].result, Type.parse(result) if result else None)
                        self.assert_members(f"{cls.name}.{name}", ours[name].parameters, parameters)
            for name, operation in ours.items():
                self.assert_all_known(f"{cls.name}.{name}", [p.name for p in operation.parameters],
                                      [{p["name"] for p in t[name][0]} for _, t in entries if name in t])

    def test_class_events(self):
        for cls in self.model.classes.values():
            ours = [wire for e in cls.events for wire in self.model.events[e].wire_names]
            theirs = {e for _, fact in self.known("classes", cls.name) for e in fact.get("events", [])}
            self.assertEqual(sorted(ours), sorted(theirs), cls.name)

    def test_enumerations(self):
        for enumeration in self.model.enumerations.values():
            entries = self.known("types", enumeration.name)
            values = {v for _, fact in entries for v in fact["values"]}
            self.assertEqual(sorted(enumeration.values), sorted(values), enumeration.name)
            self.assertEqual({enumeration.module}, {fact["module"] for _, fact in entries})

    def test_records(self):
        for record in self.model.records.values():
            entries = self.known("types", record.name)
            for _, fact in entries:
                self.assertEqual(fact["format"], "REGISTER")
                self.assertEqual(record.extends, fact.get("extends"))
                self.assertEqual(record.module, fact["module"])
                self.assert_members(record.name, record.members, fact["properties"])
            self.assert_all_known(record.name, [w for m in record.members for w in m.wire_names],
                                  [{p["name"] for p in f["properties"]} for _, f in entries])

    def test_events(self):
        for event in self.model.events.values():
            for wire in event.wire_names:
                entries = self.known("events", wire)
                self.assertTrue(entries, f"{wire} is made up")
                for _, fact in entries:
                    self.assertEqual(event.extends, fact["extends"], wire)
                    self.assertEqual(event.module, fact["module"], wire)
                    self.assert_members(wire, event.members, fact["properties"])
                self.assert_all_known(wire, [m.name for m in event.members],
                                      [{p["name"] for p in f["properties"]} for _, f in entries])

    def test_extensions_have_names_of_their_own(self):
        self.assertTrue(self.own)
        for entity in self.own:
            for table in ("classes", "types", "events"):
                self.assertEqual(self.known(table, entity.name), [])

    def test_all_types_of_the_statistics_are_there(self):
        """Nothing names them: getStats answers a map of Stats, which may be any of these."""
        for generation, facts in self.facts.items():
            for name in facts["types"]:
                if name.startswith("RTC") or name.endswith("Stats"):
                    self.assertTrue(name in self.model.records or name in self.model.enumerations, (generation, name))


if __name__ == "__main__":
    unittest.main()
