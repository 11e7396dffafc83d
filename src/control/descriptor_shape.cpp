#include "control/descriptor_shape.hpp"

#include <algorithm>
#include <span>

namespace kaskado::control {

using pipeline::Array;
using pipeline::Object;
using pipeline::Value;

namespace {

enum class Kind { text, flag, list, object, integer, anything };

struct Key {
  std::string_view name;
  Kind kind;
  bool required = false;
};

constexpr Key kDescriptor[] = {
    {"name", Kind::text, true},     {"version", Kind::text, true}, {"kaskado", Kind::object, true},
    {"kurentoVersion", Kind::text}, {"imports", Kind::list},       {"code", Kind::object},
    {"generationDate", Kind::text}, {"gitRevision", Kind::text},   {"remoteClasses", Kind::list},
    {"complexTypes", Kind::list},   {"events", Kind::list}};
constexpr Key kKaskado[] = {{"abi", Kind::integer, true}, {"library", Kind::text, true}};
constexpr Key kClass[] = {{"name", Kind::text, true},    {"doc", Kind::text},
                          {"abstract", Kind::flag},      {"extends", Kind::text, true},
                          {"constructor", Kind::object}, {"properties", Kind::list},
                          {"methods", Kind::list},       {"events", Kind::list}};
constexpr Key kConstructor[] = {{"doc", Kind::text}, {"params", Kind::list, true}};
constexpr Key kParameter[] = {
    {"name", Kind::text, true}, {"type", Kind::text, true},       {"doc", Kind::text},
    {"optional", Kind::flag},   {"defaultValue", Kind::anything}, {"final", Kind::flag}};
constexpr Key kProperty[] = {
    {"name", Kind::text, true},      {"type", Kind::text, true}, {"doc", Kind::text},
    {"final", Kind::flag},           {"readOnly", Kind::flag},   {"optional", Kind::flag},
    {"defaultValue", Kind::anything}};
constexpr Key kMethod[] = {
    {"name", Kind::text, true}, {"doc", Kind::text}, {"params", Kind::list}, {"return", Kind::object}};
constexpr Key kResult[] = {{"type", Kind::text, true}, {"doc", Kind::text}};
constexpr Key kEnumeration[] = {{"typeFormat", Kind::text, true},
                                {"name", Kind::text, true},
                                {"doc", Kind::text},
                                {"values", Kind::list, true}};
constexpr Key kRecord[] = {{"typeFormat", Kind::text, true},
                           {"name", Kind::text, true},
                           {"doc", Kind::text},
                           {"extends", Kind::text},
                           {"properties", Kind::list, true}};
constexpr Key kEvent[] = {
    {"name", Kind::text, true}, {"doc", Kind::text}, {"extends", Kind::text}, {"properties", Kind::list}};

std::span<const Key> keys_of(Part part) {
  switch (part) {
    case Part::descriptor:
      return kDescriptor;
    case Part::kaskado:
      return kKaskado;
    case Part::class_:
      return kClass;
    case Part::constructor:
      return kConstructor;
    case Part::parameter:
      return kParameter;
    case Part::property:
      return kProperty;
    case Part::method:
      return kMethod;
    case Part::result:
      return kResult;
    case Part::enumeration:
      return kEnumeration;
    case Part::record:
      return kRecord;
    case Part::event:
      return kEvent;
  }
  return {};
}

bool is_of(const Value& value, Kind kind) {
  switch (kind) {
    case Kind::text:
      return value.string() && !value.string()->empty();
    case Kind::flag:
      return value.boolean();
    case Kind::list:
      return value.array();
    case Kind::object:
      return value.object();
    case Kind::integer:
      return value.integer();
    case Kind::anything:
      return true;
  }
  return false;
}

std::string_view kind_text(Kind kind) {
  switch (kind) {
    case Kind::text:
      return "a text, and not empty";
    case Kind::flag:
      return "true or false";
    case Kind::list:
      return "a list";
    case Kind::object:
      return "an object";
    case Kind::integer:
      return "a whole number";
    case Kind::anything:
      return "a value";
  }
  return "";
}

}  // namespace

const Object* shaped(const Value& value, Part part, const std::string& where, Problems& problems) {
  const Object* const object = value.object();
  if (!object) {
    problems.add(where + " should be an object");
    return nullptr;
  }
  bool complete = true;
  for (const Key& key : keys_of(part)) {
    const Value* const member = object->find(key.name);
    if (!member && key.required) {
      problems.add(where + ": '" + std::string(key.name) + "' is missing");
      complete = false;
    } else if (member && !is_of(*member, key.kind)) {
      problems.add(where + ": '" + std::string(key.name) + "' should be " + std::string(kind_text(key.kind)));
      complete = false;
    }
  }
  for (const auto& [name, member] : object->members) {
    if (std::ranges::find(keys_of(part), name, &Key::name) == keys_of(part).end()) {
      problems.add(where + ": unknown key '" + name + "'");
    }
  }
  return complete ? object : nullptr;
}

std::string_view text_of(const Object& object, std::string_view key) {
  const Value* const value = object.find(key);
  return value && value->string() ? std::string_view(*value->string()) : std::string_view();
}

bool flag_of(const Object& object, std::string_view key) {
  const Value* const value = object.find(key);
  return value && value->boolean() && *value->boolean();
}

const Array& list_of(const Object& object, std::string_view key) {
  static const Array kNone;
  const Value* const value = object.find(key);
  return value && value->array() ? *value->array() : kNone;
}

bool is_identifier(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  return !name.empty() && is_letter(name[0]) &&
         std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

}  // namespace kaskado::control
