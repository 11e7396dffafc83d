// What a descriptor (`.kmd.json`) says of a class, as constant tables. Generated at build time by
// kmd/compile.py; read by any thread.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "pipeline/api_error.hpp"
#include "pipeline/value.hpp"

namespace kaskado::pipeline {

class MediaObject;
struct ClassInfo;
struct RecordInfo;
struct Construction;

enum class TypeKind : std::uint8_t { nothing, string, boolean, integer, integer64, real, enumeration, record, object };
enum class Shape : std::uint8_t { single, list, map };

struct EnumInfo {
  std::string_view name;
  std::span<const std::string_view> values;
};

struct TypeInfo {
  TypeKind kind = TypeKind::nothing;
  Shape shape = Shape::single;
  const EnumInfo* enumeration = nullptr;
  const RecordInfo* record = nullptr;
  const ClassInfo* object = nullptr;
};

// A parameter of a constructor or an operation, or a member of a record or an event.
struct ParameterInfo {
  std::string_view name;
  TypeInfo type;
  bool optional = false;
  std::string_view default_json;  // empty where there is none
};

struct RecordInfo {
  std::string_view name;
  std::string_view module;  // as it goes into `__module__`
  const RecordInfo* parent;
  std::span<const ParameterInfo> members;
};

// One occurrence may be known by several names (`OnIceCandidate` is 6.x for `IceCandidateFound`): `twins` are
// the other names, each a subscription of its own.
struct EventInfo {
  std::string_view name;
  const EventInfo* parent;
  std::span<const ParameterInfo> members;
  std::span<const std::string_view> twins;
};

// Checked arguments in the order of the parameters; null stands for an optional one that was not given and
// has no default. Object references are ids.
using Arguments = std::vector<Value>;

struct OperationInfo {
  std::string_view name;
  std::span<const ParameterInfo> parameters;
  TypeInfo result;
  // Runs on the object's own thread.
  ApiResult<Value> (*run)(MediaObject& object, const Arguments& arguments);
};

struct ClassInfo {
  std::string_view name;
  std::string_view module;      // the descriptor's: "core", "elements", …
  std::string_view namespace_;  // as in object ids and `qualifiedType`: "kurento" or the module's own name
  const ClassInfo* parent;
  std::span<const ParameterInfo> constructor;
  std::span<const OperationInfo> operations;    // its own, not the inherited ones
  std::span<const EventInfo* const> events;     // likewise
  // Null for abstract classes and for those that only the server itself makes.
  ApiResult<std::unique_ptr<MediaObject>> (*create)(const Construction& construction, const Arguments& arguments);

  bool is_a(const ClassInfo& other) const {
    for (const ClassInfo* c = this; c; c = c->parent) {
      if (c == &other) return true;
    }
    return false;
  }
  // Its own or an inherited one, nullptr where there is none. `find_event` also knows twins.
  const OperationInfo* find_operation(std::string_view operation) const;
  const EventInfo* find_event(std::string_view event) const;
};

// A module as ServerManager tells of it: its classes and its descriptor, merged into one JSON text.
struct ModuleInfo {
  std::string_view name;
  std::span<const ClassInfo* const> classes;
  std::string_view kmd_json;
};

}  // namespace kaskado::pipeline
