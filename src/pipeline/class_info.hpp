// What a descriptor (`.kmd.json`) says of a class, as constant tables. Generated at build time by
// kmd/compile.py; read by any thread.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
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

// Takes what came of an operation: once, on the object's own thread. What comes after the first is ignored, and so
// is what comes when the object has gone (which has been the answer then).
using Answer = std::function<void(ApiResult<Value>)>;

// One of `run` and `start` is there. Both are called on the object's own thread.
struct OperationInfo {
  std::string_view name;
  std::span<const ParameterInfo> parameters;
  TypeInfo result;
  ApiResult<Value> (*run)(MediaObject& object, const Arguments& arguments) = nullptr;
  // Answers within the call or later; until then the object's further operations wait.
  void (*start)(MediaObject& object, const OperationInfo& operation, const Arguments& arguments, Answer answer) = nullptr;
};

// What was made ahead of an object, for its class alone to understand. Its last owner may be any thread.
using Prepared = std::shared_ptr<void>;

// Where a class comes from that is not the server's own: what stands behind its functions. Lives as long as the
// process does.
class ClassOrigin {
 public:
  virtual ~ClassOrigin() = default;
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
  // The part of making an object that takes long and touches no other: runs in the compute pool, before `create`, which finds
  // its result in the construction. Its failure is the creation's. Null where there is no such part.
  ApiResult<Prepared> (*prepare)(const ClassInfo& info, const std::string& id, const Arguments& arguments) = nullptr;
  const ClassOrigin* origin = nullptr;  // of a module's classes

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
  std::span<const EnumInfo* const> enumerations = {};
  std::span<const RecordInfo* const> records = {};
  std::span<const EventInfo* const> events = {};
};

}  // namespace kaskado::pipeline
