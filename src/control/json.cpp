#include "control/json.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/writer.h>

#include <cmath>
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

// Builds the tree from RapidJSON's events; returning false stops the reader.
class TreeBuilder {
 public:
  explicit TreeBuilder(const JsonLimits& limits) : limits_(limits) {}

  Value take_root() { return std::move(root_); }
  const char* refusal() const { return refusal_; }

  bool Null() { return add(Value()); }
  bool Bool(bool v) { return add(Value(v)); }
  bool Int(int v) { return add(Value(std::int64_t{v})); }
  bool Uint(unsigned v) { return add(Value(std::int64_t{v})); }
  bool Int64(std::int64_t v) { return add(Value(v)); }
  bool Uint64(std::uint64_t v) {
    return v <= INT64_MAX ? add(Value(static_cast<std::int64_t>(v))) : add(Value(static_cast<double>(v)));
  }
  bool Double(double v) { return add(Value(v)); }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return false; }
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
using Writer = rapidjson::Writer<StringSink>;

void write(Writer& writer, const Value& value);

void write_text(Writer& writer, std::string_view text) {
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
}

void write_object(Writer& writer, const Object& object) {
  writer.StartObject();
  if (!object.type.empty()) {
    write_text(writer, "__module__");
    write_text(writer, object.module);
    write_text(writer, "__type__");
    write_text(writer, object.type);
  }
  for (const auto& [name, member] : object.members) {
    write_text(writer, name);
    write(writer, member);
  }
  writer.EndObject();
}

void write(Writer& writer, const Value& value) {
  if (const bool* b = value.boolean()) {
    writer.Bool(*b);
  } else if (const std::int64_t* i = value.integer()) {
    writer.Int64(*i);
  } else if (const double* d = value.real(); d && std::isfinite(*d)) {
    writer.Double(*d);
  } else if (const std::string* s = value.string()) {
    write_text(writer, *s);
  } else if (const Array* array = value.array()) {
    writer.StartArray();
    for (const Value& item : *array) write(writer, item);
    writer.EndArray();
  } else if (const Object* object = value.object()) {
    write_object(writer, *object);
  } else {
    writer.Null();
  }
}

}  // namespace

base::Result<Value> parse_json(std::string_view text, const JsonLimits& limits) {
  constexpr unsigned kFlags = rapidjson::kParseValidateEncodingFlag | rapidjson::kParseFullPrecisionFlag;
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
  StringSink sink{out};
  Writer writer(sink);
  write(writer, value);
}

void append_quoted(std::string& out, std::string_view text) {
  StringSink sink{out};
  Writer writer(sink);
  write_text(writer, text);
}

std::string write_json(const Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace kaskado::control
