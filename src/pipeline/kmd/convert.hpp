// Conversions between values and C++ types, for generated code. Reading is total: what is missing or of
// another kind becomes the type's empty value, for the control loop has checked arguments before they get
// here.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "pipeline/media_object.hpp"
#include "pipeline/value.hpp"

namespace kaskado::pipeline::kmd {

template <typename T>
struct IsOptional : std::false_type {};
template <typename T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <typename T>
struct IsList : std::false_type {};
template <typename T>
struct IsList<std::vector<T>> : std::true_type {};

template <typename T>
struct IsMap : std::false_type {};
template <typename T>
struct IsMap<std::map<std::string, T>> : std::true_type {};

template <typename E>
std::string_view text_of(E value, std::span<const std::string_view> texts) {
  const auto index = static_cast<std::size_t>(value);
  return index < texts.size() ? texts[index] : std::string_view();
}

template <typename E>
bool parse(std::string_view text, std::span<const std::string_view> texts, E& value) {
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i] == text) {
      value = static_cast<E>(i);
      return true;
    }
  }
  return false;
}

// The nearest integer that T can hold, towards zero; 0 for what is no number.
template <typename T>
T read_integer(const Value& value) {
  using Limits = std::numeric_limits<T>;
  if (const std::int64_t* whole = value.integer()) {
    if (*whole < Limits::min()) return Limits::min();
    return *whole > Limits::max() ? Limits::max() : static_cast<T>(*whole);
  }
  const double* real = value.real();
  if (!real || std::isnan(*real)) return 0;
  if (*real <= static_cast<double>(Limits::min())) return Limits::min();
  return *real >= static_cast<double>(Limits::max()) ? Limits::max() : static_cast<T>(*real);
}

double read_real(const Value& value);
bool read_boolean(const Value& value);

template <typename T>
T read(const Value& value) {
  if constexpr (std::is_same_v<T, Value>) {
    return value;
  } else if constexpr (std::is_same_v<T, bool>) {
    return read_boolean(value);
  } else if constexpr (std::is_same_v<T, double>) {
    return read_real(value);
  } else if constexpr (std::is_integral_v<T>) {
    return read_integer<T>(value);
  } else if constexpr (std::is_same_v<T, std::string>) {
    return value.string() ? *value.string() : std::string();
  } else if constexpr (std::is_enum_v<T>) {
    T result{};
    if (value.string()) from_text(*value.string(), result);
    return result;
  } else if constexpr (IsOptional<T>::value) {
    return value.is_null() ? T() : T(read<typename T::value_type>(value));
  } else if constexpr (IsList<T>::value) {
    T list;
    if (const Array* items = value.array()) {
      list.reserve(items->size());
      for (const Value& item : *items) list.push_back(read<typename T::value_type>(item));
    }
    return list;
  } else if constexpr (IsMap<T>::value) {
    T map;
    if (const Object* object = value.object()) {
      for (const auto& [name, item] : object->members)
        map.insert_or_assign(name, read<typename T::mapped_type>(item));
    }
    return map;
  } else {
    return T::from_value(value);
  }
}

template <typename T>
Value write(const T& value) {
  if constexpr (std::is_pointer_v<T>) {
    return value ? Value(static_cast<const MediaObject*>(value)->id()) : Value();
  } else if constexpr (std::is_constructible_v<Value, T>) {
    return Value(value);
  } else if constexpr (std::is_enum_v<T>) {
    return Value(to_string(value));
  } else if constexpr (IsOptional<T>::value) {
    return value ? write(*value) : Value();
  } else if constexpr (IsList<T>::value) {
    Array items;
    items.reserve(value.size());
    for (const auto& item : value) items.push_back(write<typename T::value_type>(item));
    return items;
  } else if constexpr (IsMap<T>::value) {
    Object object;
    object.members.reserve(value.size());
    for (const auto& [name, item] : value) object.set(name, write(item));
    return object;
  } else {
    return value.to_value();
  }
}

template <typename T>
void put(Object& object, std::string_view name, const T& value) {
  if constexpr (IsOptional<T>::value) {
    if (!value) return;
  }
  object.set(std::string(name), write(value));
}

template <typename T>
void put_unless_empty(Object& object, std::string_view name, const T& value) {
  if (!value.empty()) put(object, name, value);
}

// With room for this many members of the event's own and for those that all events have.
inline Object event_members(std::size_t own) {
  Object object;
  object.members.reserve(own + kCommonEventMembers);
  return object;
}

// Leaves `into` as it is if `from` has no such member.
template <typename T>
void take(const Value& from, std::string_view name, T& into) {
  const Value* member = from.object() ? from.object()->find(name) : nullptr;
  if (member && !member->is_null()) into = read<T>(*member);
}

}  // namespace kaskado::pipeline::kmd
