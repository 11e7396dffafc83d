// Reads one configuration file key by key, and says of each what is wrong in a sentence that names the file,
// the key and what is allowed. Numbers and booleans may be written as text, as .ini files do.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "pipeline/value.hpp"

namespace kaskado::control {

// A file's text as an object: `*.json` with keys that start with "//" as comments, or `*.ini` with lines that
// start with ';' or '#' as comments, and sections as objects.
base::Result<pipeline::Object> read_settings_file(const std::string& file);
base::Result<pipeline::Object> parse_ini(std::string_view text);

class SettingsReader {
 public:
  SettingsReader(std::string file, const pipeline::Object& content);

  // Each leaves `into` as it is where the key is absent. Keys are paths: "mediaServer.net.websocket.port".
  // After the first error nothing more is read.
  void integer(std::string_view key, std::int64_t least, std::int64_t most, std::int64_t& into);
  void real(std::string_view key, double least, double most, double& into);
  void boolean(std::string_view key, bool& into);
  void text(std::string_view key, std::string& into);
  // As text(), but no sentence tells the value.
  void secret(std::string_view key, std::string& into);
  // Texts, or objects with a text `name`.
  void names(std::string_view key, std::vector<std::string>& into);
  // Known, but without effect: warned of where it is there.
  void ignore(std::string_view key, std::string_view why);
  // Known, but what it asks for cannot be done and must not be missed: an error where it is there.
  void forbid(std::string_view key, std::string_view why);
  // What is odd about a value that was read.
  void warn(std::string_view key, std::string_view sentence);
  // What is wrong with a value that was read, beyond its type.
  void refuse(std::string_view key, std::string_view sentence);

  // The first error, if any; otherwise the warnings, with one for each key that nobody asked for.
  base::Result<std::vector<std::string>> finish();

 private:
  const pipeline::Value* find(std::string_view key) const;
  const pipeline::Value* take(std::string_view key);
  void wrong(std::string_view key, const pipeline::Value& value, std::string_view allowed);
  void warn_of_unknown(const pipeline::Object& object, const std::string& prefix);
  bool is_known(const std::string& key) const;

  std::string file_;
  const pipeline::Object& content_;
  std::set<std::string, std::less<>> known_;
  std::string error_;
  std::vector<std::string> warnings_;
};

}  // namespace kaskado::control
