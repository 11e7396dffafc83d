#include "control/json.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/writer.h>

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

namespace kaskado::control {
namespace {

using pipeline::Array;
using pipeline::Object;
using pipeline::Value;

bool has_duplicates(const Object& object) {
  const auto& members = object.members;
  constexpr std::size_t kSmall = 16;
  if (members.size() > kSmall) {
    std::unordered_set<std::string_view> seen;
    for (const auto& member : members) {
      if (!seen.insert(member.first).second) return true;
    }
    return false;
  }
  for (std::size_t i = 1; i < members.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (members[i].first == members[j].first) return true;
    }
  }
  return false;
}

// Keeps the last of the members that share a name.
void drop_shadowed(Object& object) {
  if (!has_duplicates(object)) return;
  std::unordered_set<std::string> seen;
  std::vector<std::pair<std::string, Value>> kept;
  for (std::size_t i = object.members.size(); i-- > 0;) {
    if (seen.insert(object.members[i].first).second) kept.push_back(std::move(object.members[i]));
  }
  object.members.assign(std::make_move_iterator(kept.rbegin()), std::make_move_iterator(kept.rend()));
}

// RapidJSON refuses a high surrogate that stands alone in \u escapes, but writes a low one as if it were a
// character: bytes that are no UTF-8 (RFC 3629 §3), for which clients would end the connection.
bool has_surrogate(std::string_view text) {
  for (std::size_t at = 0; (at = text.find('\xed', at)) != std::string_view::npos; ++at) {
    if (at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) >= 0xa0) return true;
  }
  return false;
}

// A whole number where it is one and has 64 bits, else the nearest double; nothing where that would be infinite. `text` is a
// number of JSON's grammar (RFC 8259 §6).
std::optional<Value> number(std::string_view text) {
  const char* const end = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto read = std::from_chars(text.data(), end, whole); read.ec == std::errc{} && read.ptr == end) return Value(whole);
  double real = 0;
  if (std::from_chars(text.data(), end, real).ec == std::errc::result_out_of_range) real = std::strtod(std::string(text).c_str(), nullptr);
  return std::isfinite(real) ? std::optional(Value(real)) : std::nullopt;
}

// Builds the tree from RapidJSON's events; returning false stops the reader.
class TreeBuilder {
 public:
  explicit TreeBuilder(const JsonLimits& limits) : limits_(limits) {}

  Value take_root() { return std::move(root_); }
  const char* refusal() const { return refusal_; }

  bool Null() { return add(Value()); }
  bool Bool(bool v) { return add(Value(v)); }
  // Numbers come as they are written: RapidJSON's own way to make exact ones of them shifts by an undefined amount for 0e-111.
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    if (const auto value = number({text, length})) return add(*value);
    return refuse("a number that is too large");
  }
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    return has_surrogate({text, length}) ? refuse(kLoneSurrogate) : add(Value(std::string(text, length)));
  }
  bool StartObject() { return open(true); }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    if (has_surrogate({text, length})) return refuse(kLoneSurrogate);
    open_.back().key.assign(text, length);
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    drop_shadowed(open_.back().object);
    return close();
  }
  bool StartArray() { return open(false); }
  bool EndArray(rapidjson::SizeType) { return close(); }

 private:
  static constexpr const char* kLoneSurrogate = "half of a surrogate pair";

  struct Level {
    bool is_object;
    Object object;
    Array array;
    std::string key;
  };

  bool open(bool is_object) {
    if (open_.size() >= limits_.depth) return refuse("nested too deeply");
    open_.push_back(Level{is_object, {}, {}, {}});
    return true;
  }
  bool close() {
    Level level = std::move(open_.back());
    open_.pop_back();
    return level.is_object ? add(Value(std::move(level.object))) : add(Value(std::move(level.array)));
  }
  bool add(Value value) {
    if (++values_ > limits_.values) return refuse("too many values");
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Level& level = open_.back(); level.is_object) {
      level.object.set(std::move(level.key), std::move(value));
    } else {
      level.array.push_back(std::move(value));
    }
    return true;
  }
  bool refuse(const char* why) {
    refusal_ = why;
    return false;
  }

  const JsonLimits& limits_;
  std::vector<Level> open_;
  Value root_;
  std::size_t values_ = 0;
  const char* refusal_ = nullptr;
};

// What RapidJSON's writer writes to.
struct StringSink {
  using Ch = char;
  std::string& out;
  void Put(char c) { out.push_back(c); }
  void Flush() {}
};

// RFC 8259 §7, with the short escapes where there is one.
void append_escaped(std::string& out, unsigned char c) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  switch (c) {
    case '"':
    case '\\':
      out += {'\\', static_cast<char>(c)};
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += {'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 15]};
  }
}

void append_object(std::string& out, const Object& object) {
  char before = '{';
  const auto append_name = [&](std::string_view name) {
    out += std::exchange(before, ',');
    append_quoted(out, name);
    out += ':';
  };
  if (!object.type.empty()) {
    append_name("__module__");
    append_quoted(out, object.module);
    append_name("__type__");
    append_quoted(out, object.type);
  }
  for (const auto& [name, member] : object.members) {
    append_name(name);
    append_json(out, member);
  }
  if (before == '{') out += '{';
  out += '}';
}

void append_array(std::string& out, const Array& array) {
  out += '[';
  for (const Value& item : array) {
    if (&item != array.data()) out += ',';
    append_json(out, item);
  }
  out += ']';
}

}  // namespace

base::Result<Value> parse_json(std::string_view text, const JsonLimits& limits) {
  constexpr unsigned kFlags = rapidjson::kParseValidateEncodingFlag | rapidjson::kParseNumbersAsStringsFlag;
  rapidjson::MemoryStream bytes(text.data(), text.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
  TreeBuilder builder(limits);
  rapidjson::Reader reader;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, builder);
  if (result) return builder.take_root();
  const char* why = builder.refusal() ? builder.refusal() : rapidjson::GetParseError_En(result.Code());
  return base::Error{std::string(why) + " (at byte " + std::to_string(result.Offset()) + ")"};
}

void append_json(std::string& out, const Value& value) {
  if (const bool* b = value.boolean()) {
    out += *b ? "true" : "false";
  } else if (const std::int64_t* i = value.integer()) {
    out += std::to_string(*i);
  } else if (const double* d = value.real(); d && std::isfinite(*d)) {
    StringSink sink{out};
    rapidjson::Writer<StringSink>(sink).Double(*d);
  } else if (const std::string* s = value.string()) {
    append_quoted(out, *s);
  } else if (const Array* array = value.array()) {
    append_array(out, *array);
  } else if (const Object* object = value.object()) {
    append_object(out, *object);
  } else {
    out += "null";
  }
}

// Most of what is written is text that stands for itself (names, session descriptions but for their ends of
// line): it goes over in runs.
void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t run = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto c = static_cast<unsigned char>(text[at]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out += text.substr(run, at - run);
    append_escaped(out, c);
    run = at + 1;
  }
  out += text.substr(run);
  out += '"';
}

std::string write_json(const Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace kaskado::control
