#include "elements/sdk_values.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <kaskado/convert.hpp>

namespace kaskado::elements {
namespace {

using pipeline::Array;
using pipeline::Object;
using pipeline::Shape;
using pipeline::TypeInfo;
using pipeline::TypeKind;

// What MediaObject adds to every event.
constexpr std::array<std::string_view, 4> kAdded{"source", "tags", "timestamp", "timestampMillis"};

void add_members(const pipeline::RecordInfo& record, const sdk::Value& given, Object& members) {
  if (record.parent) add_members(*record.parent, given, members);
  for (const pipeline::ParameterInfo& member : record.members) {
    const sdk::Value* const value = given.find(member.name);
    if (value) {
      members.set(std::string(member.name), from_sdk(*value, member.type));
    } else if (!member.optional) {
      members.set(std::string(member.name), {});
    }
  }
}

pipeline::Value single(const sdk::Value& value, const TypeInfo& type) {
  switch (type.kind) {
    case TypeKind::nothing:
      return {};
    case TypeKind::string:
    case TypeKind::enumeration:
    case TypeKind::object:
      return value.string() ? pipeline::Value(*value.string()) : pipeline::Value();
    case TypeKind::boolean:
      return value.boolean() ? pipeline::Value(*value.boolean()) : pipeline::Value();
    case TypeKind::integer:
    case TypeKind::integer64:
      if (!value.integer() && !value.real()) return {};
      return sdk::as<std::int64_t>(value);
    case TypeKind::real:
      if (!value.integer() && !value.real()) return {};
      return sdk::as<double>(value);
    case TypeKind::record: {
      if (!value.map()) return {};
      Object object{std::string(type.record->module), std::string(type.record->name), {}};
      add_members(*type.record, value, object);
      return object;
    }
  }
  return {};
}

void add_members(const pipeline::EventInfo& event, const sdk::Map& given, Object& members,
                 std::string_view name) {
  if (event.parent) add_members(*event.parent, given, members, name);
  for (const pipeline::ParameterInfo& member : event.members) {
    if (std::ranges::find(kAdded, member.name) != kAdded.end()) continue;
    const auto found = given.find(member.name);
    if (found != given.end()) {
      members.set(std::string(member.name), from_sdk(found->second, member.type));
    } else {
      members.set(std::string(member.name),
                  member.name == "type" ? pipeline::Value(name) : pipeline::Value());
    }
  }
}

}  // namespace

sdk::Value to_sdk(const pipeline::Value& value) {
  if (const bool* boolean = value.boolean()) return *boolean;
  if (const std::int64_t* whole = value.integer()) return *whole;
  if (const double* real = value.real()) return *real;
  if (const std::string* text = value.string()) return *text;
  if (const Array* items = value.array()) {
    sdk::List list;
    list.reserve(items->size());
    for (const pipeline::Value& item : *items) list.push_back(to_sdk(item));
    return list;
  }
  if (const Object* object = value.object()) {
    sdk::Map map;
    for (const auto& [name, member] : object->members) map.insert_or_assign(name, to_sdk(member));
    return map;
  }
  return {};
}

pipeline::Value from_sdk(const sdk::Value& value, const TypeInfo& type) {
  TypeInfo item = type;
  item.shape = Shape::single;
  if (type.shape == Shape::list) {
    if (!value.list()) return {};
    Array items;
    items.reserve(value.list()->size());
    for (const sdk::Value& each : *value.list()) items.push_back(single(each, item));
    return items;
  }
  if (type.shape == Shape::map) {
    if (!value.map()) return {};
    Object members;
    for (const auto& [name, each] : *value.map()) members.set(name, single(each, item));
    return members;
  }
  return single(value, item);
}

pipeline::Object event_members(const pipeline::EventInfo& event, const sdk::Map& given) {
  Object members;
  add_members(event, given, members, event.name);
  return members;
}

}  // namespace kaskado::elements
