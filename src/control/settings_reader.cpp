#include "control/settings_reader.hpp"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <utility>

#include "base/text.hpp"
#include "control/json.hpp"

namespace kaskado::control {

using pipeline::Array;
using pipeline::Object;
using pipeline::Value;

namespace {

bool is_comment(std::string_view key) {
  return key.starts_with("//");
}

std::optional<double> number_in(const Value& value) {
  if (const std::int64_t* i = value.integer()) return static_cast<double>(*i);
  if (const double* d = value.real()) return *d;
  return value.string() ? base::parse_number<double>(base::trim(*value.string())) : std::nullopt;
}

std::optional<bool> boolean_in(const Value& value) {
  if (value.boolean()) return *value.boolean();
  if (!value.string()) return std::nullopt;
  const std::string_view text = base::trim(*value.string());
  if (base::equals_ignoring_case(text, "true") || text == "1") return true;
  if (base::equals_ignoring_case(text, "false") || text == "0") return false;
  return std::nullopt;
}

std::optional<std::string> name_in(const Value& value) {
  if (value.string()) return *value.string();
  const Value* name = value.object() ? value.object()->find("name") : nullptr;
  return name && name->string() ? std::optional<std::string>(*name->string()) : std::nullopt;
}

base::Result<Object> parse_settings(const std::string& file, const std::string& content) {
  if (file.ends_with(".ini")) return parse_ini(content);
  auto json = parse_json(content);
  if (!json) return base::Error{"it is not JSON: " + json.error().message};
  if (!json->object()) return base::Error{"it should be a JSON object"};
  return *json->object();
}

}  // namespace

base::Result<Object> parse_ini(std::string_view text) {
  Object all;
  Object* section = &all;
  std::string section_name;
  Object section_content;
  const auto end_section = [&] {
    if (!section_name.empty()) all.set(std::exchange(section_name, {}), std::exchange(section_content, {}));
  };
  for (int line = 1; !text.empty(); ++line) {
    const std::string_view content = base::trim(base::take_until(text, '\n'));
    if (content.empty() || content[0] == ';' || content[0] == '#') continue;
    if (content[0] == '[' && content.back() == ']') {
      end_section();
      section_name = base::trim(content.substr(1, content.size() - 2));
      section = &section_content;
      continue;
    }
    std::string_view value = content;
    const std::string_view key = base::trim(base::take_until(value, '='));
    if (key.empty() || key.size() == content.size()) {
      return base::Error{"line " + std::to_string(line) +
                         " should be 'key=value', a ';' comment or a [section]"};
    }
    section->set(std::string(key), base::trim(value));
  }
  end_section();
  return all;
}

base::Result<Object> read_settings_file(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream content;
  if (!in || !(content << in.rdbuf())) {
    // An empty file sets no error.
    if (in && in.peek() == std::ifstream::traits_type::eof()) return base::Error{file + ": it is empty"};
    return base::Error{file + ": cannot be read: " + std::strerror(errno)};
  }
  auto parsed = parse_settings(file, content.str());
  if (!parsed) return base::Error{file + ": " + parsed.error().message};
  return parsed;
}

SettingsReader::SettingsReader(std::string file, const Object& content)
    : file_(std::move(file)), content_(content) {}

const Value* SettingsReader::find(std::string_view key) const {
  const Object* object = &content_;
  while (object) {
    const std::size_t dot = key.find('.');
    const Value* value = object->find(key.substr(0, dot));
    if (!value || dot == std::string_view::npos) return value;
    object = value->object();
    key.remove_prefix(dot + 1);
  }
  return nullptr;
}

const Value* SettingsReader::take(std::string_view key) {
  known_.emplace(key);
  return error_.empty() ? find(key) : nullptr;
}

void SettingsReader::wrong(std::string_view key, const Value& value, std::string_view allowed) {
  error_ =
      file_ + ": " + std::string(key) + " is " + write_json(value) + "; allowed are " + std::string(allowed);
}

void SettingsReader::refuse(std::string_view key, std::string_view sentence) {
  if (error_.empty()) error_ = file_ + ": " + std::string(key) + " " + std::string(sentence);
}

void SettingsReader::integer(std::string_view key, std::int64_t least, std::int64_t most,
                             std::int64_t& into) {
  const Value* value = take(key);
  if (!value) return;
  const std::optional<double> number = number_in(*value);
  const bool is_allowed = number && *number == std::trunc(*number) && *number >= static_cast<double>(least) &&
                          *number <= static_cast<double>(most);
  if (!is_allowed) {
    return wrong(key, *value, "whole numbers from " + std::to_string(least) + " to " + std::to_string(most));
  }
  into = static_cast<std::int64_t>(*number);
}

void SettingsReader::real(std::string_view key, double least, double most, double& into) {
  const Value* value = take(key);
  if (!value) return;
  const std::optional<double> number = number_in(*value);
  // What is no number at all is not between any two.
  if (!number || !(*number >= least && *number <= most)) {
    return wrong(key, *value, "numbers from " + write_json(Value(least)) + " to " + write_json(Value(most)));
  }
  into = *number;
}

void SettingsReader::boolean(std::string_view key, bool& into) {
  const Value* value = take(key);
  if (!value) return;
  const std::optional<bool> boolean = boolean_in(*value);
  if (!boolean) return wrong(key, *value, "true and false");
  into = *boolean;
}

void SettingsReader::text(std::string_view key, std::string& into) {
  const Value* value = take(key);
  if (!value) return;
  if (!value->string()) return wrong(key, *value, "texts");
  into = *value->string();
}

void SettingsReader::secret(std::string_view key, std::string& into) {
  const Value* value = take(key);
  if (!value) return;
  if (!value->string()) return refuse(key, "is no text");
  into = *value->string();
}

void SettingsReader::names(std::string_view key, std::vector<std::string>& into) {
  const Value* value = take(key);
  if (!value) return;
  constexpr std::string_view kAllowed = "lists of texts or of objects with a text 'name'";
  if (!value->array()) return wrong(key, *value, kAllowed);
  std::vector<std::string> all;
  for (const Value& item : *value->array()) {
    auto name = name_in(item);
    if (!name) return wrong(key, *value, kAllowed);
    all.push_back(*std::move(name));
  }
  into = std::move(all);
}

void SettingsReader::ignore(std::string_view key, std::string_view why) {
  if (take(key)) warn(key, "has no effect: " + std::string(why));
}

void SettingsReader::forbid(std::string_view key, std::string_view why) {
  if (take(key)) refuse(key, "is set, but " + std::string(why));
}

void SettingsReader::warn(std::string_view key, std::string_view sentence) {
  warnings_.push_back(file_ + ": " + std::string(key) + " " + std::string(sentence));
}

bool SettingsReader::is_known(const std::string& key) const {
  const auto next = known_.lower_bound(key);
  return next != known_.end() && (*next == key || next->starts_with(key + "."));
}

void SettingsReader::warn_of_unknown(const Object& object, const std::string& prefix) {
  for (const auto& [name, value] : object.members) {
    if (is_comment(name)) continue;
    const std::string key = prefix + name;
    if (!is_known(key)) {
      warnings_.push_back(file_ + ": " + key + " is unknown and has no effect");
    } else if (value.object() && !known_.contains(key)) {
      warn_of_unknown(*value.object(), key + ".");
    }
  }
}

base::Result<std::vector<std::string>> SettingsReader::finish() {
  if (!error_.empty()) return base::Error{error_};
  warn_of_unknown(content_, "");
  return std::move(warnings_);
}

}  // namespace kaskado::control
