#include "control/module_descriptor.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "control/descriptor_shape.hpp"
#include "control/json.hpp"
#include "control/parameters.hpp"
#include "pipeline/api.hpp"

namespace kaskado::control {

using namespace pipeline;

namespace {

constexpr std::size_t kMostBytes = std::size_t{4} << 20;
// Parents above anything; more are refused.
constexpr int kMostDepth = 32;
constexpr std::size_t kMostNames = 2000;

// These modules share one namespace on the wire; any other module's is its own name.
bool shares_namespace(std::string_view module) {
  return module == "core" || module == "elements" || module == "filters";
}

struct Primitive {
  std::string_view name;
  TypeKind kind;
};
constexpr std::array<Primitive, 6> kPrimitives{{{"String", TypeKind::string},
                                                {"boolean", TypeKind::boolean},
                                                {"int", TypeKind::integer},
                                                {"int64", TypeKind::integer64},
                                                {"float", TypeKind::real},
                                                {"double", TypeKind::real}}};

template <typename List>
auto* by_name(const List& list, std::string_view name) {
  const auto found = std::ranges::find_if(list, [&](const auto* each) { return each->name == name; });
  return found == list.end() ? nullptr : *found;
}

class Builder {
 public:
  Builder(std::span<const ModuleInfo> modules, const ModuleHost& host) : modules_(modules), host_(host) {}

  ReadDescriptor read(std::string_view text) {
    if (text.size() > kMostBytes) {
      problems_.add("it is larger than " + std::to_string(kMostBytes) + " bytes");
    } else if (const auto json = parse_json(text); !json) {
      problems_.add("it is no JSON: " + json.error().message);
    } else if (const Object* const root = shaped(*json, Part::descriptor, "the descriptor", problems_)) {
      build(*root);
    }
    if (!problems_.empty()) return {nullptr, problems_.take()};
    return {std::move(tables_), {}};
  }

 private:
  void build(const Object& root) {
    read_head(root);
    declare(root);
    if (!problems_.empty()) return;
    for (const auto& [record, from] : records_) fill_record(*record, *from);
    for (const auto& [event, from] : events_) fill_event(*event, *from);
    for (const auto& [info, from] : classes_) info->parent = parent_class(*info, *from);
    if (!problems_.empty()) return;
    for (const auto& [record, from] : records_) check_record(*record);
    for (const auto& [info, from] : classes_) fill_class(*info, *from);
    for (const auto& [info, from] : classes_) check_class(*info);
    finish(root);
  }

  void read_head(const Object& root) {
    const std::string_view name = text_of(root, "name");
    if (!is_identifier(name)) problems_.add("'" + std::string(name) + "' is no name of a module");
    if (std::ranges::find(modules_, name, &ModuleInfo::name) != modules_.end()) {
      problems_.add("there is a module '" + std::string(name) + "' already");
    }
    tables_->info.name = keep(name);
    const Object* const own = shaped(*root.find("kaskado"), Part::kaskado, "kaskado", problems_);
    if (!own) return;
    if (*own->find("abi")->integer() != host_.abi) {
      problems_.add("it is for the ABI " + std::to_string(*own->find("abi")->integer()) +
                    ", the server's is " + std::to_string(host_.abi));
    }
    tables_->library = text_of(*own, "library");
    if (tables_->library.find('/') != std::string::npos)
      problems_.add("kaskado: 'library' should be a file's name, without a path");
  }

  // Gives each thing that has a name its place, so that all can name each other.
  void declare(const Object& root) {
    for (const Value& type : list_of(root, "complexTypes")) declare_type(type);
    for (const Value& event : list_of(root, "events")) {
      const Object* const from = shaped(event, Part::event, where("event", event), problems_);
      if (!from || !is_new("event", *from)) continue;
      EventInfo& made =
          tables_->events.emplace_back(EventInfo{keep(text_of(*from, "name")), nullptr, {}, {}});
      events_.emplace_back(&made, from);
    }
    for (const Value& info : list_of(root, "remoteClasses")) {
      const Object* const from = shaped(info, Part::class_, where("class", info), problems_);
      if (!from || !is_new("class", *from)) continue;
      ClassInfo& made = tables_->classes.emplace_back();
      made.name = keep(text_of(*from, "name"));
      made.module = tables_->info.name;
      made.namespace_ = shares_namespace(made.module) ? std::string_view("kurento") : made.module;
      classes_.emplace_back(&made, from);
    }
    for (const auto& [record, from] : records_) tables_->record_list.push_back(record);
    for (const auto& [event, from] : events_) tables_->event_list.push_back(event);
    for (const auto& [info, from] : classes_) tables_->class_list.push_back(info);
  }

  void declare_type(const Value& type) {
    const Object* const object = type.object();
    const std::string_view format = object ? text_of(*object, "typeFormat") : std::string_view();
    const std::string place = where("type", type);
    if (format == "ENUM") {
      const Object* const from = shaped(type, Part::enumeration, place, problems_);
      if (from && is_new("type", *from)) declare_enumeration(*from, place);
    } else if (format == "REGISTER") {
      const Object* const from = shaped(type, Part::record, place, problems_);
      if (!from || !is_new("type", *from)) return;
      RecordInfo& record =
          tables_->records.emplace_back(RecordInfo{keep(text_of(*from, "name")), {}, nullptr, {}});
      record.module = shares_namespace(tables_->info.name) ? std::string_view("kurento") : tables_->info.name;
      records_.emplace_back(&record, from);
    } else {
      problems_.add(place + ": 'typeFormat' should be ENUM or REGISTER");
    }
  }

  void declare_enumeration(const Object& from, const std::string& place) {
    std::vector<std::string_view>& values = tables_->names.emplace_back();
    for (const Value& value : list_of(from, "values")) {
      if (!value.string() || !is_identifier(*value.string())) {
        problems_.add(place + ": its values should be identifiers");
      } else if (std::ranges::find(values, *value.string()) != values.end()) {
        problems_.add(place + ": the value '" + *value.string() + "' occurs twice");
      } else {
        values.push_back(keep(*value.string()));
      }
    }
    if (values.empty()) problems_.add(place + " has no values");
    tables_->enumeration_list.push_back(
        &tables_->enumerations.emplace_back(EnumInfo{keep(text_of(from, "name")), values}));
  }

  static std::string where(std::string_view kind, const Value& value) {
    const std::string_view name = value.object() ? text_of(*value.object(), "name") : std::string_view();
    return std::string(kind) + " " + (name.empty() ? "?" : std::string(name));
  }

  // Classes, types and events share their names.
  bool is_new(std::string_view kind, const Object& from) {
    const std::string name(text_of(from, "name"));
    if (!is_identifier(name)) {
      problems_.add(std::string(kind) + " " + name + ": '" + name + "' is no identifier");
      return false;
    }
    if (names_.size() == kMostNames) {
      problems_.add("it defines more than " + std::to_string(kMostNames) + " things");
      return false;
    }
    const bool is_new = names_.insert(name).second;
    if (!is_new) problems_.add(std::string(kind) + " " + name + " is defined twice");
    return is_new;
  }

  std::string_view keep(std::string_view text) { return tables_->texts.emplace_back(text); }

  // What a name means: the module's own thing before others'.
  template <typename Info>
  const Info* look_up(std::string_view name, const std::vector<const Info*>& own,
                      std::span<const Info* const> ModuleInfo::*list) const {
    if (const Info* const found = by_name(own, name)) return found;
    for (const ModuleInfo& module : modules_) {
      if (const Info* const found = by_name(module.*list, name)) return found;
    }
    return nullptr;
  }
  // `kurento.Filter` is the same as `Filter`.
  const ClassInfo* find_class(std::string_view name) const {
    const std::size_t dot = name.find('.');
    const ClassInfo* const found = look_up(dot == std::string_view::npos ? name : name.substr(dot + 1),
                                           tables_->class_list, &ModuleInfo::classes);
    return found && (dot == std::string_view::npos || found->namespace_ == name.substr(0, dot)) ? found
                                                                                                : nullptr;
  }
  const RecordInfo* find_record(std::string_view name) const {
    return look_up(name, tables_->record_list, &ModuleInfo::records);
  }
  const EventInfo* find_event(std::string_view name) const {
    return look_up(name, tables_->event_list, &ModuleInfo::events);
  }

  std::optional<TypeInfo> find_type(std::string_view text) const {
    TypeInfo type;
    if (text.ends_with("[]")) type.shape = Shape::list;
    if (text.ends_with("<>")) type.shape = Shape::map;
    if (type.shape != Shape::single) text.remove_suffix(2);
    const auto primitive = std::ranges::find(kPrimitives, text, &Primitive::name);
    if (primitive != kPrimitives.end()) {
      type.kind = primitive->kind;
    } else if ((type.enumeration = look_up(text, tables_->enumeration_list, &ModuleInfo::enumerations))) {
      type.kind = TypeKind::enumeration;
    } else if ((type.record = find_record(text))) {
      type.kind = TypeKind::record;
    } else if ((type.object = find_class(text))) {
      type.kind = TypeKind::object;
    } else {
      return std::nullopt;
    }
    return type;
  }

  // Parameters, or members of records and events.
  std::span<const ParameterInfo> parameters(const Array& items, const std::string& place) {
    std::vector<ParameterInfo>& list = tables_->parameters.emplace_back();
    for (const Value& item : items) {
      const Object* const from = shaped(item, Part::parameter, where(place + ": parameter", item), problems_);
      if (from) list.push_back(parameter(*from, place));
    }
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (std::ranges::count(list, list[i].name, &ParameterInfo::name) > 1 &&
          std::ranges::find(list, list[i].name, &ParameterInfo::name) ==
              list.begin() + static_cast<std::ptrdiff_t>(i)) {
        problems_.add(place + ": '" + std::string(list[i].name) + "' occurs twice");
      }
    }
    return list;
  }

  ParameterInfo parameter(const Object& from, const std::string& place) {
    const std::string name(text_of(from, "name"));
    if (!is_identifier(name)) problems_.add(place + ": '" + name + "' is no identifier");
    const auto type = find_type(text_of(from, "type"));
    if (!type)
      problems_.add(place + ": '" + name + "' has the unknown type '" + std::string(text_of(from, "type")) +
                    "'");
    ParameterInfo made{keep(name), type.value_or(TypeInfo()), flag_of(from, "optional"), {}};
    if (const Value* const preset = from.find("defaultValue"); preset && type) {
      made.optional = true;
      made.default_json = keep(write_json(*preset));
      defaults_.push_back({made, place});
    }
    return made;
  }

  void fill_record(RecordInfo& record, const Object& from) {
    const std::string place = "type " + std::string(record.name);
    record.members = parameters(list_of(from, "properties"), place);
    const std::string_view parent = text_of(from, "extends");
    if (parent.empty()) return;
    record.parent = find_record(parent);
    if (!record.parent) problems_.add(place + " extends '" + std::string(parent) + "', which is not defined");
    if (is_own_ancestor(&record)) record.parent = lost(place);
  }

  void fill_event(EventInfo& event, const Object& from) {
    const std::string place = "event " + std::string(event.name);
    event.members = parameters(list_of(from, "properties"), place);
    const std::string_view given = text_of(from, "extends");
    const std::string_view parent = given.empty() ? std::string_view("RaiseBase") : given;
    event.parent = find_event(parent);
    if (!event.parent) problems_.add(place + " extends '" + std::string(parent) + "', which is not defined");
    if (is_own_ancestor(&event)) event.parent = lost(place);
  }

  const ClassInfo* parent_class(ClassInfo& info, const Object& from) {
    const std::string place = "class " + std::string(info.name);
    const std::string_view parent = text_of(from, "extends");
    info.parent = find_class(parent);
    if (!info.parent) problems_.add(place + " extends '" + std::string(parent) + "', which is not defined");
    return is_own_ancestor(&info) ? lost(place) : info.parent;
  }

  template <typename Info>
  static bool is_own_ancestor(const Info* info) {
    int depth = 0;
    for (const Info* each = info->parent; each; each = each->parent) {
      if (each == info || ++depth > kMostDepth) return true;
    }
    return false;
  }
  // Cuts a circle of parents, so that nobody goes round in it.
  std::nullptr_t lost(const std::string& place) {
    problems_.add(place + " descends from itself");
    return nullptr;
  }

  void check_record(const RecordInfo& record) {
    std::set<const RecordInfo*> seen;
    std::vector<const RecordInfo*> left{&record};
    while (!left.empty()) {
      const RecordInfo* const outer = left.back();
      left.pop_back();
      for (const RecordInfo* each = outer; each; each = each->parent) {
        for (const ParameterInfo& member : each->members) {
          const RecordInfo* const held = member.type.record;
          if (held == &record) return problems_.add("type " + std::string(record.name) + " contains itself");
          if (held && is_own(held) && seen.insert(held).second) left.push_back(held);
        }
      }
    }
  }
  bool is_own(const RecordInfo* record) const {
    return std::ranges::find(tables_->record_list, record) != tables_->record_list.end();
  }

  void fill_class(ClassInfo& info, const Object& from) {
    const std::string place = "class " + std::string(info.name);
    const bool is_abstract = flag_of(from, "abstract");
    if (const Value* const constructor = from.find("constructor")) {
      if (is_abstract) problems_.add(place + " is abstract and has a constructor");
      const Object* const shape = shaped(*constructor, Part::constructor, place + ": constructor", problems_);
      if (shape) info.constructor = parameters(list_of(*shape, "params"), place + ": constructor");
      check_pipeline(info, place);
      info.create = host_.create;
      info.prepare = host_.prepare;
    } else if (!is_abstract) {
      problems_.add(place + " is neither abstract nor has a constructor");
    }
    fill_operations(info, from, place);
    std::vector<const EventInfo*>& events = tables_->class_events.emplace_back();
    for (const Value& event : list_of(from, "events")) {
      const EventInfo* const found = event.string() ? find_event(*event.string()) : nullptr;
      if (found) {
        events.push_back(found);
      } else {
        problems_.add(place + " raises " +
                      (event.string() ? "'" + *event.string() + "', which is not defined"
                                      : "something without a name"));
      }
    }
    info.events = events;
  }

  // A filter lives in one pipeline, which it is told first.
  void check_pipeline(const ClassInfo& info, const std::string& place) {
    const auto is_pipeline = [](const ParameterInfo& p) { return p.type.object == &kMediaPipelineClass; };
    const auto found = std::ranges::find_if(info.constructor, is_pipeline);
    if (std::ranges::count_if(info.constructor, is_pipeline) != 1 || found->optional ||
        found->type.shape != Shape::single) {
      problems_.add(
          place +
          ": its constructor should have one parameter of the type MediaPipeline, which is not optional");
    }
  }

  void fill_operations(ClassInfo& info, const Object& from, const std::string& place) {
    std::vector<OperationInfo>& operations = tables_->operations.emplace_back();
    for (const Value& property : list_of(from, "properties")) {
      const std::string at = place + ": " + where("property", property);
      if (const Object* const shape = shaped(property, Part::property, at, problems_))
        add_accessors(*shape, at, operations);
    }
    for (const Value& method : list_of(from, "methods")) {
      const std::string at = place + ": " + where("method", method);
      if (const Object* const shape = shaped(method, Part::method, at, problems_))
        add_method(*shape, at, operations);
    }
    info.operations = operations;
  }

  static std::string accessor(std::string_view verb, std::string_view property) {
    std::string name = std::string(verb) + std::string(property);
    char& first = name[verb.size()];
    if (first >= 'a' && first <= 'z') first = static_cast<char>(first - 'a' + 'A');
    return name;
  }

  void add_accessors(const Object& from, const std::string& place, std::vector<OperationInfo>& operations) {
    const std::string_view name = text_of(from, "name");
    if (!is_identifier(name)) return problems_.add(place + ": '" + std::string(name) + "' is no identifier");
    const auto type = find_type(text_of(from, "type"));
    if (!type)
      return problems_.add(place + " has the unknown type '" + std::string(text_of(from, "type")) + "'");
    operations.push_back({keep(accessor("get", name)), {}, *type, nullptr, host_.start});
    if (flag_of(from, "final") || flag_of(from, "readOnly")) return;
    std::vector<ParameterInfo>& value = tables_->parameters.emplace_back();
    value.push_back({keep(name), *type, false, {}});
    operations.push_back({keep(accessor("set", name)), value, {}, nullptr, host_.start});
  }

  void add_method(const Object& from, const std::string& place, std::vector<OperationInfo>& operations) {
    const std::string_view name = text_of(from, "name");
    if (!is_identifier(name)) problems_.add(place + ": '" + std::string(name) + "' is no identifier");
    TypeInfo result;
    if (const Value* const given = from.find("return")) {
      const Object* const shape = shaped(*given, Part::result, place + ": return", problems_);
      const auto type = shape ? find_type(text_of(*shape, "type")) : std::nullopt;
      if (shape && !type)
        problems_.add(place + " returns the unknown type '" + std::string(text_of(*shape, "type")) + "'");
      result = type.value_or(TypeInfo());
    }
    operations.push_back(
        {keep(name), parameters(list_of(from, "params"), place), result, nullptr, host_.start});
  }

  // What takes all classes to be there.
  void check_class(const ClassInfo& info) {
    const std::string place = "class " + std::string(info.name);
    const ClassInfo* built_in = &info;
    while (built_in && (built_in->origin ||
                        std::ranges::find(tables_->class_list, built_in) != tables_->class_list.end())) {
      built_in = built_in->parent;
    }
    // Of these there is nothing but what MediaElement does, which the host of filters is one of.
    if (built_in && built_in->name != "MediaElement" && built_in->name != "Filter") {
      problems_.add(place + " extends " + std::string(built_in->name) +
                    ": modules extend MediaElement and Filter, or each other's classes");
    }
    std::set<std::string_view> own;
    for (const OperationInfo& operation : info.operations) {
      if (!own.insert(operation.name).second)
        problems_.add(place + ": '" + std::string(operation.name) + "' occurs twice");
      if (info.parent && info.parent->find_operation(operation.name)) {
        problems_.add(place + " inherits '" + std::string(operation.name) + "' already");
      }
    }
    const auto same = [&](const ClassInfo* other) {
      return other->name == info.name && other->namespace_ == info.namespace_;
    };
    for (const ModuleInfo& module : modules_) {
      if (std::ranges::any_of(module.classes, same)) {
        problems_.add(place + " is the module " + std::string(module.name) + "'s already");
      }
    }
  }

  void check_defaults() {
    for (const auto& [info, place] : defaults_) {
      const auto bound = bind_parameters({&info, 1}, nullptr, [](std::string_view) { return nullptr; });
      if (!bound)
        problems_.add(place + ": the default of '" + std::string(info.name) +
                      "' does not fit: " + bound.error().message);
    }
  }

  void finish(const Object& root) {
    if (problems_.empty()) check_defaults();
    if (tables_->class_list.empty()) problems_.add("it has no classes");
    if (!problems_.empty()) return;
    Object public_part;
    for (const auto& [name, value] : root.members) {
      if (name != "kaskado") public_part.set(name, value);
    }
    tables_->info.kmd_json = keep(write_json(public_part));
    tables_->info.classes = tables_->class_list;
    tables_->info.enumerations = tables_->enumeration_list;
    tables_->info.records = tables_->record_list;
    tables_->info.events = tables_->event_list;
    for (const auto& [info, from] : classes_) tables_->own_classes.push_back(info);
  }

  struct Default {
    ParameterInfo info;
    std::string place;
  };

  const std::span<const ModuleInfo> modules_;
  const ModuleHost& host_;
  std::unique_ptr<ModuleTables> tables_ = std::make_unique<ModuleTables>();
  Problems problems_{ReadDescriptor::kMostProblems};
  std::set<std::string> names_;
  std::vector<std::pair<RecordInfo*, const Object*>> records_;
  std::vector<std::pair<EventInfo*, const Object*>> events_;
  std::vector<std::pair<ClassInfo*, const Object*>> classes_;
  std::vector<Default> defaults_;
};

}  // namespace

ReadDescriptor read_descriptor(std::string_view text, std::span<const ModuleInfo> modules,
                               const ModuleHost& host) {
  return Builder(modules, host).read(text);
}

}  // namespace kaskado::control
