#include "http/request_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <utility>

#include "base/text.hpp"

namespace kaskado::http {
namespace {

namespace beast = boost::beast;
using beast::http::error;

std::string to_string(beast::string_view text) {
  return {text.data(), text.size()};
}

Response refusal_of(const beast::error_code& code, const RequestParser::Limits& limits) {
  if (code == error::header_limit) {
    return {Status::header_fields_too_large,
            "The request's head is longer than " + std::to_string(limits.head_bytes) + " bytes."};
  }
  if (code == error::body_limit) {
    return {Status::content_too_large,
            "More than " + std::to_string(limits.body_bytes) + " bytes are not taken."};
  }
  if (code == error::bad_version)
    return {Status::version_not_supported, "HTTP/1.1 and HTTP/1.0 are spoken here."};
  return {Status::bad_request, "This is no request of HTTP/1.1: " + code.message() + "."};
}

}  // namespace

// One request.
class RequestParser::Message final : public beast::http::basic_parser<true> {
 public:
  explicit Message(const Limits& limits) {
    eager(false);
    header_limit(limits.head_bytes);
    body_limit(limits.body_bytes);
  }

  RequestHead head;
  base::Bytes body;
  bool head_told = false;

 private:
  using Code = beast::error_code;
  using Text = beast::string_view;

  void on_request_impl(beast::http::verb, Text method, Text target, int version, Code&) override {
    head.method = to_string(method);
    head.target = to_string(target);
    head.minor_version = version % 10;
  }
  void on_field_impl(beast::http::field, Text name, Text value, Code&) override {
    // What comes behind the body (RFC 9112 §7.1.2) is of no use here.
    if (!head_told) head.fields.push_back({to_string(name), to_string(value)});
  }
  void on_header_impl(Code&) override {
    head.is_chunked = chunked();
    head.keeps_alive = keep_alive();
    if (const auto length = content_length()) head.content_length = *length;
  }
  std::size_t on_body_impl(Text bytes, Code&) override { return take(bytes); }
  std::size_t on_chunk_body_impl(std::uint64_t, Text bytes, Code&) override { return take(bytes); }
  void on_response_impl(int, Text, int, Code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Code&) override {}
  void on_chunk_header_impl(std::uint64_t, Text, Code&) override {}
  void on_finish_impl(Code&) override {}

  std::size_t take(Text bytes) {
    body = base::as_bytes({bytes.data(), bytes.size()});
    return bytes.size();
  }
};

namespace {

// What the grammar allows and this server does not.
std::optional<Response> objection_to(const RequestHead& head) {
  const auto named = [&](std::string_view name) {
    return std::ranges::count_if(head.fields,
                                 [&](const Field& f) { return base::equals_ignoring_case(f.name, name); });
  };
  // RFC 9112 §3.2
  if (named("Host") > 1 || (head.minor_version >= 1 && named("Host") == 0)) {
    return Response{Status::bad_request, "A request names its host, once."};
  }
  const std::string* const encoding = head.find("Transfer-Encoding");
  if (!encoding) return std::nullopt;
  // RFC 9112 §6.1
  if (head.minor_version == 0) return Response{Status::bad_request, "HTTP/1.0 knows no Transfer-Encoding."};
  if (named("Transfer-Encoding") > 1 || !base::equals_ignoring_case(*encoding, "chunked")) {
    return Response{Status::not_implemented, "Of transfer codings only 'chunked' is known."};
  }
  return std::nullopt;
}

}  // namespace

RequestParser::RequestParser(Limits limits) : limits_(limits), message_(std::make_unique<Message>(limits)) {}
RequestParser::~RequestParser() = default;
RequestParser::RequestParser(RequestParser&&) noexcept = default;

const RequestHead& RequestParser::head() const {
  return message_->head;
}
base::Bytes RequestParser::body() const {
  return message_->body;
}
const Response& RequestParser::refusal() const {
  return refusal_;
}

void RequestParser::next() {
  message_ = std::make_unique<Message>(limits_);
  kept_.clear();
  head_bytes_ = 0;
}

RequestParser::Step RequestParser::refuse(Response refusal) {
  is_refused_ = true;
  refusal_ = std::move(refusal);
  return {0, Event::refused};
}

RequestParser::Step RequestParser::receive(base::Bytes bytes) {
  if (is_refused_) return {0, Event::refused};
  for (std::size_t taken = 0;;) {
    if (message_->head_told && message_->is_done()) return {taken, Event::end};
    const base::Bytes rest = bytes.subspan(taken);
    if (rest.empty()) return {taken, Event::more};
    const Step step = kept_.empty() ? put(rest) : put_behind_kept(rest);
    taken += step.taken;
    if (step.event != Event::more) return {taken, step.event};
  }
}

// One step of Beast's: a head, the line before a chunk, a piece of the body. What waits for more is kept.
RequestParser::Step RequestParser::put(base::Bytes bytes) {
  message_->body = {};
  beast::error_code code;
  const std::size_t taken = message_->put({bytes.data(), bytes.size()}, code);
  // Beast's limit is one of what it looks at, and it takes fields that came whole.
  if (!message_->head_told && (head_bytes_ += taken) > limits_.head_bytes) code = error::header_limit;
  if (code == error::need_more) {
    if (bytes.size() - taken > limits_.head_bytes) return refuse(refusal_of(error::header_limit, limits_));
    kept_ = base::as_text(bytes.subspan(taken));
    return {bytes.size(), Event::more};
  }
  if (code) return refuse(refusal_of(code, limits_));
  if (message_->is_header_done() && !std::exchange(message_->head_told, true)) {
    if (auto objection = objection_to(message_->head)) return refuse(*std::move(objection));
    return {taken, Event::head};
  }
  return {taken, message_->body.empty() ? Event::more : Event::body};
}

// What is kept is the beginning of something that ends among the new bytes, so that nothing behind it stays
// in the copy.
RequestParser::Step RequestParser::put_behind_kept(base::Bytes bytes) {
  const std::size_t before = kept_.size();
  std::string all = std::exchange(kept_, {});
  all.append(
      base::as_text(bytes.first(std::min<std::size_t>(bytes.size(), limits_.head_bytes + 1 - before))));
  // Beast asserts that there is as much of a last chunk once it has seen the first line's end; no last chunk
  // is shorter (RFC 9112 §7.1).
  constexpr std::string_view kLastChunk = "0\r\n\r\n", kItsLine = kLastChunk.substr(0, 3);
  if (message_->head_told && all.starts_with(kItsLine) && all.size() < kLastChunk.size()) {
    kept_ = std::move(all);
    return {kept_.size() - before, Event::more};
  }
  const Step step = put(base::as_bytes(all));
  if (step.event == Event::refused) return step;
  return {step.taken - before, step.event};
}

}  // namespace kaskado::http
