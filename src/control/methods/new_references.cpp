#include "control/methods/new_references.hpp"

#include <utility>

#include "base/text.hpp"

namespace kaskado::control {

using namespace pipeline;

namespace {

constexpr std::string_view kPrefix = "newref:";

ApiError malformed(std::string message) {
  return {ErrorCode::MALFORMED_TRANSACTION, std::move(message)};
}

class Resolver {
 public:
  explicit Resolver(const ValueOf& value_of) : value_of_(value_of) {}

  ApiResult<Value> resolve(const Value& value) {
    if (const std::string* text = value.string()) return reference(*text);
    if (const Array* items = value.array()) return array(*items);
    if (const Object* members = value.object()) return object(*members);
    return value;
  }

 private:
  ApiResult<Value> reference(const std::string& text) {
    if (!text.starts_with(kPrefix)) return Value(text);
    const std::string index = text.substr(kPrefix.size());
    const auto operation = base::parse_number<std::size_t>(index);
    if (!operation) return malformed("Invalid index of newref '" + index + "'");
    const Value* value = value_of_(*operation);
    if (!value) return malformed("Result not found on request " + index);
    referenced_bytes_ += text_bytes(*value);
    if (referenced_bytes_ > kMaxReferencedBytes) return malformed("The references stand for too much text");
    return *value;
  }

  ApiResult<Value> array(const Array& items) {
    Array resolved;
    for (const Value& item : items) {
      auto value = resolve(item);
      if (!value) return value;
      resolved.push_back(std::move(value).value());
    }
    return Value(std::move(resolved));
  }

  ApiResult<Value> object(const Object& members) {
    Object resolved;
    for (const auto& [name, member] : members.members) {
      auto value = name == "operations" ? ApiResult<Value>(member) : resolve(member);
      if (!value) return value;
      resolved.set(name, std::move(value).value());
    }
    return Value(std::move(resolved));
  }

  const ValueOf& value_of_;
  std::size_t referenced_bytes_ = 0;
};

}  // namespace

std::size_t text_bytes(const Value& value) {
  constexpr std::size_t kScalarBytes = 8;
  if (const std::string* text = value.string()) return text->size() + kScalarBytes;
  std::size_t bytes = kScalarBytes;
  if (const Array* items = value.array()) {
    for (const Value& item : *items) bytes += text_bytes(item);
  }
  if (const Object* object = value.object()) {
    for (const auto& [name, member] : object->members) bytes += name.size() + text_bytes(member);
  }
  return bytes;
}

ApiResult<Value> resolve_new_references(const Value& params, const ValueOf& value_of) {
  return Resolver(value_of).resolve(params);
}

}  // namespace kaskado::control
