#include "control/parameters.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "control/json.hpp"

namespace kaskado::control {

using namespace pipeline;

namespace {

ApiError marshall_error(std::string message) {
  return {ErrorCode::MARSHALL_ERROR, std::move(message)};
}

// Where a value stands: in the call itself ("parameter"), in a record ("property") or in a list or map
// ("items").
struct Place {
  std::string_view name;
  std::string_view kind;
};

constexpr std::string_view kItems = "items";

TypeInfo item_of(TypeInfo type) {
  type.shape = Shape::single;
  return type;
}

ApiError wrong_type(const Place& place, std::string_view wanted) {
  return marshall_error("'" + std::string(place.name) + "' " + std::string(place.kind) + " should be a " +
                        std::string(wanted));
}

std::string_view wanted(const TypeInfo& type) {
  if (type.shape == Shape::list) return "list";
  if (type.shape == Shape::map) return "object";
  switch (type.kind) {
    case TypeKind::boolean:
      return "boolean";
    case TypeKind::integer:
    case TypeKind::integer64:
      return "integer";
    case TypeKind::real:
      return "double";
    case TypeKind::record:
      return "object";
    default:
      return "string";
  }
}

std::optional<double> as_real(const Value& value) {
  if (value.is_null()) return 0.0;
  if (const bool* b = value.boolean()) return *b ? 1.0 : 0.0;
  if (const std::int64_t* i = value.integer()) return static_cast<double>(*i);
  if (const double* d = value.real()) return *d;
  return std::nullopt;
}

template <typename T>
std::optional<std::int64_t> as_integer(const Value& value) {
  constexpr T kLow = std::numeric_limits<T>::min();
  constexpr T kHigh = std::numeric_limits<T>::max();
  if (const std::int64_t* i = value.integer()) {
    return *i >= kLow && *i <= kHigh ? std::optional<std::int64_t>(*i) : std::nullopt;
  }
  const std::optional<double> number = as_real(value);
  if (!number) return std::nullopt;
  const double whole = std::trunc(*number);
  // 2^63 is a double, INT64_MAX is not: the upper bound is exclusive.
  if (!(whole >= static_cast<double>(kLow) && whole < static_cast<double>(kHigh) + 1.0)) return std::nullopt;
  return static_cast<std::int64_t>(whole);
}

class Binder {
 public:
  explicit Binder(const ClassOf& class_of) : class_of_(class_of) {}

  ApiResult<Value> member(const ParameterInfo& info, const Object* given, std::string_view kind) const {
    const Place place{info.name, kind};
    const Value* value = given ? given->find(info.name) : nullptr;
    if (value) return convert(info.type, *value, place);
    if (!info.default_json.empty()) return default_value(info, place);
    if (info.optional) return Value();
    return wrong_type(place, wanted(info.type));
  }

 private:
  template <typename T>
  static ApiResult<Value> checked(std::optional<T> value, const TypeInfo& type, const Place& place) {
    if (!value) return wrong_type(place, wanted(type));
    return Value(*std::move(value));
  }

  ApiResult<Value> default_value(const ParameterInfo& info, const Place& place) const {
    const auto json = parse_json(info.default_json);
    if (!json) return marshall_error("The default of '" + std::string(info.name) + "' is no JSON");
    return convert(info.type, *json, place);
  }

  ApiResult<Value> convert(const TypeInfo& type, const Value& value, const Place& place) const {
    switch (type.shape) {
      case Shape::single:
        return single(type, value, place);
      case Shape::list:
        return list(type, value, place);
      case Shape::map:
        return map(type, value, place);
    }
    return Value();
  }

  ApiResult<Value> single(const TypeInfo& type, const Value& value, const Place& place) const {
    switch (type.kind) {
      case TypeKind::nothing:
        return Value();
      case TypeKind::string:
        return checked(as_text(value), type, place);
      case TypeKind::boolean:
        return checked(as_boolean(value), type, place);
      case TypeKind::integer:
        return checked(as_integer<std::int32_t>(value), type, place);
      case TypeKind::integer64:
        return checked(as_integer<std::int64_t>(value), type, place);
      case TypeKind::real:
        return checked(as_real(value), type, place);
      case TypeKind::enumeration:
        return enumeration(type, value, place);
      case TypeKind::record:
        return record(type, value, place);
      case TypeKind::object:
        return reference(type, value, place);
    }
    return Value();
  }

  ApiResult<Value> enumeration(const TypeInfo& type, const Value& value, const Place& place) const {
    const std::optional<std::string> text = as_text(value);
    if (!text) return wrong_type(place, wanted(type));
    if (std::ranges::find(type.enumeration->values, *text) == type.enumeration->values.end()) {
      return marshall_error("Invalid value for '" + std::string(type.enumeration->name) + "'");
    }
    return Value(*text);
  }

  ApiResult<Value> reference(const TypeInfo& type, const Value& value, const Place& place) const {
    const std::optional<std::string> id = as_text(value);
    if (!id) return wrong_type(place, wanted(type));
    const ClassInfo* found = class_of_(*id);
    if (!found) return ApiError{ErrorCode::MEDIA_OBJECT_NOT_FOUND, "Object '" + *id + "' not found"};
    if (!found->is_a(*type.object)) {
      return marshall_error("'" + std::string(place.name) + "' " + std::string(place.kind) + " should be a " +
                            std::string(type.object->name) + ", not a " + std::string(found->name));
    }
    return Value(*id);
  }

  ApiResult<Value> record(const TypeInfo& type, const Value& value, const Place& place) const {
    const Object* given = value.object();
    if (!given && !value.is_null()) return wrong_type(place, wanted(type));
    Object bound;
    bound.module = type.record->module;
    bound.type = type.record->name;
    if (auto filled = fill(*type.record, given, bound); !filled) return std::move(filled).error();
    return Value(std::move(bound));
  }

  // Ancestors' members first. An optional member that was not given stays away.
  ApiResult<void> fill(const RecordInfo& record, const Object* given, Object& bound) const {
    if (record.parent) {
      if (auto filled = fill(*record.parent, given, bound); !filled) return filled;
    }
    for (const ParameterInfo& info : record.members) {
      if (info.optional && !(given && given->find(info.name))) continue;
      auto value = member(info, given, "property");
      if (!value) return std::move(value).error();
      bound.set(std::string(info.name), std::move(value).value());
    }
    return {};
  }

  ApiResult<Value> list(const TypeInfo& type, const Value& value, const Place& place) const {
    if (value.is_null()) return Value(Array{});
    if (!value.array()) return wrong_type(place, wanted(type));
    const TypeInfo item_type = item_of(type);
    Array items;
    for (const Value& item : *value.array()) {
      auto converted = single(item_type, item, {place.name, kItems});
      if (!converted) return converted;
      items.push_back(std::move(converted).value());
    }
    return Value(std::move(items));
  }

  ApiResult<Value> map(const TypeInfo& type, const Value& value, const Place& place) const {
    if (value.is_null()) return Value(Object{});
    if (!value.object()) return wrong_type(place, wanted(type));
    const TypeInfo item_type = item_of(type);
    Object members;
    for (const auto& [name, item] : value.object()->members) {
      auto converted = single(item_type, item, {place.name, kItems});
      if (!converted) return converted;
      members.set(name, std::move(converted).value());
    }
    return Value(std::move(members));
  }

  const ClassOf& class_of_;
};

}  // namespace

std::optional<bool> as_boolean(const Value& value) {
  if (value.is_null()) return false;
  if (const bool* b = value.boolean()) return *b;
  if (const std::int64_t* i = value.integer()) return *i != 0;
  if (const double* d = value.real()) return *d != 0.0;
  return std::nullopt;
}

std::optional<std::string> as_text(const Value& value) {
  if (const std::string* text = value.string()) return *text;
  if (value.is_null()) return "";
  if (value.array() || value.object()) return std::nullopt;
  return write_json(value);
}

ApiResult<Arguments> bind_parameters(std::span<const ParameterInfo> parameters, const Object* given,
                                     const ClassOf& class_of) {
  const Binder binder(class_of);
  Arguments arguments;
  arguments.reserve(parameters.size());
  for (const ParameterInfo& info : parameters) {
    auto value = binder.member(info, given, "parameter");
    if (!value) return std::move(value).error();
    arguments.push_back(std::move(value).value());
  }
  return arguments;
}

}  // namespace kaskado::control
