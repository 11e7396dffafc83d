"""Writes the Java interfaces of a module with the annotations of kurento-client, as a Maven project."""
from __future__ import annotations

from descriptor import Class, Enumeration, Event, Member, Module, Operation, Record, Type

PARAM = "org.kurento.client.internal.server.Param"
PRIMITIVES = {"String": ("String", "String"), "boolean": ("boolean", "Boolean"), "int": ("int", "Integer"),
              "int64": ("long", "Long"), "float": ("float", "Float"), "double": ("double", "Double")}
# What events have before their own members, by the generation of kurento-client.
COMMON = {6: [("source", "MediaObject"), ("timestamp", "String"), ("tags", "java.util.List<Tag>")],
          7: [("source", "MediaObject"), ("timestampMillis", "String"), ("tags", "java.util.List<Tag>")]}


def files(module: Module, generation: int) -> dict[str, str]:
    package = module.api("java").get("packageName", f"org.kurento.module.{module.name}")
    folder = "src/main/java/" + package.replace(".", "/")
    head = f"package {package};\n\nimport org.kurento.client.*;\n\n"
    result = {"pom.xml": _pom(module, generation)}
    for cls in module.classes:
        result[f"{folder}/{cls.name}.java"] = head + _class(cls)
    for record in module.records:
        result[f"{folder}/{record.name}.java"] = head + _record(module, record)
    for enumeration in module.enumerations:
        result[f"{folder}/{enumeration.name}.java"] = head + _enumeration(enumeration)
    for event in module.events:
        result[f"{folder}/{event.name}Event.java"] = head + _event(event, generation)
    return result


def _pom(module: Module, generation: int) -> str:
    code = module.api("java")
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>{code.get("mavenGroupId", "org.kurento.module")}</groupId>
  <artifactId>{code.get("mavenArtifactId", module.name)}</artifactId>
  <version>{module.version}</version>
  <properties>
    <maven.compiler.source>{11 if generation == 7 else 8}</maven.compiler.source>
    <maven.compiler.target>{11 if generation == 7 else 8}</maven.compiler.target>
    <project.build.sourceEncoding>UTF-8</project.build.sourceEncoding>
  </properties>
  <dependencies>
    <dependency>
      <groupId>org.kurento</groupId>
      <artifactId>kurento-client</artifactId>
      <version>{"7.3.0" if generation == 7 else "6.18.0"}</version>
    </dependency>
  </dependencies>
</project>
"""


def _type(type_: Type | None, boxed: bool = False) -> str:
    if type_ is None:
        return "Void" if boxed else "void"
    plain, box = PRIMITIVES.get(type_.name, (type_.name, type_.name))
    if type_.shape == "list":
        return f"java.util.List<{box}>"
    if type_.shape == "map":
        return f"java.util.Map<String, {box}>"
    return box if boxed else plain


def _doc(text: str, indent: str = "") -> str:
    return f"{indent}/** {' '.join(text.split())} */\n" if text else ""


def _parameters(members: list[Member]) -> list[str]:
    return [f'@{PARAM}("{m.name}") {_type(m.type)} {m.name}' for m in members]


def _class(cls: Class) -> str:
    text = _doc(cls.doc) + "@org.kurento.client.internal.RemoteClass\n"
    text += f"public interface {cls.name} extends {cls.extends} {{\n"
    text += "".join(_operation(op) for op in cls.operations)
    text += "".join(_listeners(event) for event in cls.events)
    if not cls.abstract:
        text += _builder(cls)
    return text + "}\n"


def _operation(operation: Operation) -> str:
    text = ""
    required = [m for m in operation.members if not m.optional]
    for members in ([operation.members] if len(required) == len(operation.members) else [operation.members, required]):
        parameters = _parameters(members)
        boxed = _type(operation.result, boxed=True)
        text += "\n" + _doc(operation.doc, "  ")
        text += f"  {_type(operation.result)} {operation.name}({', '.join(parameters)});\n"
        text += f"  void {operation.name}({', '.join([*parameters, f'Continuation<{boxed}> cont'])});\n"
        later = f"TFuture<{boxed}>" if operation.result else "void"
        within = [*parameters, "Transaction tx"] if operation.is_setter else ["Transaction tx", *parameters]
        text += f"  {later} {operation.name}({', '.join(within)});\n"
    return text


def _listeners(event: str) -> str:
    listener = f"EventListener<{event}Event> listener"
    return (f'\n  @org.kurento.client.internal.server.EventSubscription({event}Event.class)\n'
            f"  ListenerSubscription add{event}Listener({listener});\n"
            f'  @org.kurento.client.internal.server.EventSubscription({event}Event.class)\n'
            f"  void add{event}Listener({listener}, Continuation<ListenerSubscription> cont);\n"
            f'  @org.kurento.client.internal.server.EventSubscription({event}Event.class)\n'
            f"  void remove{event}Listener(ListenerSubscription listenerSubscription);\n"
            f'  @org.kurento.client.internal.server.EventSubscription({event}Event.class)\n'
            f"  void remove{event}Listener(ListenerSubscription listenerSubscription, Continuation<Void> cont);\n")


def _builder(cls: Class) -> str:
    required = [m for m in cls.constructor if not m.optional]
    parent = next((m.name for m in cls.constructor if m.type.name == "MediaPipeline"), "mediaPipeline")
    arguments = ", ".join(f"{_type(m.type)} {m.name}" for m in required)
    text = f"\n  class Builder extends AbstractBuilder<{cls.name}> {{\n"
    text += f"    public Builder({arguments}) {{\n      super({cls.name}.class, {parent});\n"
    text += "".join(f'      props.add("{m.name}", {m.name});\n' for m in required) + "    }\n"
    text += "    public Builder withProperties(Properties properties) { return (Builder) super.withProperties(properties); }\n"
    text += "    public Builder with(String name, Object value) { return (Builder) super.with(name, value); }\n"
    for m in cls.constructor:
        if m.optional:
            capital = m.name[0].upper() + m.name[1:]
            text += (f"    public Builder with{capital}({_type(m.type)} {m.name}) {{\n"
                     f'      props.add("{m.name}", {m.name});\n      return this;\n    }}\n')
    return text + "  }\n"


def _fields(members: list[Member]) -> str:
    text = "".join(f"  private {_type(m.type)} {m.name};\n" for m in members)
    for m in members:
        capital = m.name[0].upper() + m.name[1:]
        getter = "is" if _type(m.type) == "boolean" else "get"
        text += f"\n{_doc(m.doc, '  ')}  public {_type(m.type)} {getter}{capital}() {{ return {m.name}; }}\n"
        text += f"  public void set{capital}({_type(m.type)} {m.name}) {{ this.{m.name} = {m.name}; }}\n"
    return text


def _record(module: Module, record: Record) -> str:
    inherited, parent = [], record.extends
    while found := next((r for r in module.records if r.name == parent), None):
        inherited, parent = [m for m in found.members if not m.optional] + inherited, found.extends
    required = [m for m in record.members if not m.optional]
    extends = f" extends {record.extends}" if record.extends else ""
    text = _doc(record.doc) + f'@org.kurento.client.internal.ModuleName("{module.qualified(record.name).split(".")[0]}")\n'
    text += f"public class {record.name}{extends} {{\n  protected {record.name}() {{}}\n"
    if inherited or required:
        text += f"\n  public {record.name}({', '.join(_parameters([*inherited, *required]))}) {{\n"
        text += f"    super({', '.join(m.name for m in inherited)});\n"
        text += "".join(f"    this.{m.name} = {m.name};\n" for m in required) + "  }\n\n"
    return text + _fields(record.members) + "}\n"


def _enumeration(enumeration: Enumeration) -> str:
    return _doc(enumeration.doc) + f"public enum {enumeration.name} {{ {', '.join(enumeration.values)} }}\n"


def _event(event: Event, generation: int) -> str:
    common = COMMON[generation] + ([("type", "String")] if event.extends == "Media" else [])
    parent = "MediaEvent" if event.extends == "Media" else f"{event.extends}Event" if event.extends != "RaiseBase" else "RaiseBaseEvent"
    parameters = [f'@{PARAM}("{name}") {type_} {name}' for name, type_ in common] + _parameters(event.members)
    text = _doc(event.doc) + f"public class {event.name}Event extends {parent} {{\n"
    text += f"  public {event.name}Event({', '.join(parameters)}) {{\n"
    text += f"    super({', '.join(name for name, _ in common)});\n"
    text += "".join(f"    this.{m.name} = {m.name};\n" for m in event.members) + "  }\n\n"
    return text + _fields(event.members) + "}\n"
