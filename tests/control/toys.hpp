// A module of two classes, written by hand, for tests, fuzzing and benchmarks: towers, and bells in them.
// Between them they use every kind of parameter.
#pragma once

#include <array>
#include <memory>
#include <utility>

#include "pipeline/api.hpp"
#include "pipeline/class_info.hpp"
#include "pipeline/media_object.hpp"

namespace kaskado::control_test {

using namespace pipeline;

class Tower final : public MediaObject {
 public:
  explicit Tower(const Construction& construction) : MediaObject(construction, nullptr) {}
};

class Bell final : public MediaObject {
 public:
  Bell(const Construction& construction, MediaObject* tower) : MediaObject(construction, tower) {}

  std::int64_t size = 3;
  void ring(std::int64_t times);
};

extern const ClassInfo kTowerClass;
extern const ClassInfo kBellClass;

inline constexpr std::string_view kTones[] = {"LOW", "HIGH"};
inline constexpr EnumInfo kToneEnum{"Tone", kTones};

inline constexpr ParameterInfo kCapsMembers[] = {
    {"tone", {.kind = TypeKind::enumeration, .enumeration = &kToneEnum}},
    {"weight", {.kind = TypeKind::integer}},
    {"note", {.kind = TypeKind::string}, true},
};
inline constexpr RecordInfo kCapsRecord{"Caps", "toys", nullptr, kCapsMembers};

inline constexpr ParameterInfo kMediaMembers[] = {{"type", {.kind = TypeKind::string}}};
inline constexpr ParameterInfo kRangMembers[] = {{"times", {.kind = TypeKind::integer}}};
inline constexpr std::string_view kRangTwins[] = {"OnRing"};
inline constexpr EventInfo kSoundEvent{"Sound", nullptr, kMediaMembers, {}};
inline constexpr EventInfo kRangEvent{"Rang", &kSoundEvent, kRangMembers, kRangTwins};
inline constexpr const EventInfo* kBellEvents[] = {&kRangEvent};

inline const ParameterInfo kBellConstructor[] = {
    {"tower", {.kind = TypeKind::object, .object = &kTowerClass}}};

// All kinds at once; `echo` gives its arguments back.
inline const ParameterInfo kEverything[] = {
    {"text", {.kind = TypeKind::string}, true},
    {"flag", {.kind = TypeKind::boolean}, true},
    {"number", {.kind = TypeKind::integer}, true},
    {"big", {.kind = TypeKind::integer64}, true},
    {"real", {.kind = TypeKind::real}, true},
    {"tone", {.kind = TypeKind::enumeration, .enumeration = &kToneEnum}, true},
    {"caps", {.kind = TypeKind::record, .record = &kCapsRecord}, true},
    {"bell", {.kind = TypeKind::object, .object = &kBellClass}, true},
    {"list", {.kind = TypeKind::string, .shape = Shape::list}, true},
    {"map", {.kind = TypeKind::integer, .shape = Shape::map}, true},
    {"preset", {.kind = TypeKind::integer}, true, "7"},
};
inline constexpr ParameterInfo kRequired[] = {
    {"text", {.kind = TypeKind::string}},
    {"caps", {.kind = TypeKind::record, .record = &kCapsRecord}},
};
inline constexpr ParameterInfo kTimes[] = {{"times", {.kind = TypeKind::integer}, true, "1"}};
inline constexpr ParameterInfo kSize[] = {{"size", {.kind = TypeKind::integer}}};
inline const ParameterInfo kOther[] = {{"other", {.kind = TypeKind::object, .object = &kBellClass}}};

inline Bell& bell(MediaObject& object) {
  return static_cast<Bell&>(object);
}

inline const OperationInfo kBellOperations[] = {
    {"echo", kEverything, {}, [](MediaObject&, const Arguments& a) { return ApiResult<Value>(Array(a)); }},
    {"demand", kRequired, {}, [](MediaObject&, const Arguments& a) { return ApiResult<Value>(Array(a)); }},
    {"ring",
     kTimes,
     {.kind = TypeKind::integer},
     [](MediaObject& o, const Arguments& a) {
       bell(o).ring(*a[0].integer());
       return ApiResult<Value>(Value());
     }},
    {"getSize",
     {},
     {.kind = TypeKind::integer},
     [](MediaObject& o, const Arguments&) { return ApiResult<Value>(Value(bell(o).size)); }},
    {"setSize",
     kSize,
     {},
     [](MediaObject& o, const Arguments& a) {
       if (*a[0].integer() < 0) {
         return ApiResult<Value>(ApiError{ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, "Too small"});
       }
       bell(o).size = *a[0].integer();
       return ApiResult<Value>(Value());
     }},
    {"pair", kOther, {}, [](MediaObject&, const Arguments&) { return ApiResult<Value>(Value()); }},
};

inline const ClassInfo kTowerClass{
    .name = "Tower",
    .module = "toys",
    .namespace_ = "toys",
    .parent = &kMediaObjectClass,
    .constructor = {},
    .operations = {},
    .events = {},
    .create = [](const Construction& c, const Arguments&) -> ApiResult<std::unique_ptr<MediaObject>> {
      return std::unique_ptr<MediaObject>(std::make_unique<Tower>(c));
    }};

inline const ClassInfo kBellClass{
    .name = "Bell",
    .module = "toys",
    .namespace_ = "toys",
    .parent = &kMediaObjectClass,
    .constructor = kBellConstructor,
    .operations = kBellOperations,
    .events = kBellEvents,
    .create = [](const Construction& c, const Arguments& a) -> ApiResult<std::unique_ptr<MediaObject>> {
      MediaObject* tower = c.host.find(*a[0].string());
      if (!tower)
        return ApiError{ErrorCode::MEDIA_OBJECT_NOT_FOUND, "Object '" + *a[0].string() + "' not found"};
      return std::unique_ptr<MediaObject>(std::make_unique<Bell>(c, tower));
    }};

inline constexpr const ClassInfo* kToyClasses[] = {&kMediaObjectClass, &kTowerClass, &kBellClass};
inline constexpr ModuleInfo kToyModules[] = {{"toys", kToyClasses, R"({"name":"toys","version":"1.2.3"})"}};

inline void Bell::ring(std::int64_t times) {
  Object members;
  members.set("times", times);
  members.set("source", id());
  members.set("tags", Array{});
  members.set("timestamp", "1700000000");
  members.set("timestampMillis", "1700000000123");
  host().emit(Event{id(), &kRangEvent, std::move(members)});
}

}  // namespace kaskado::control_test
