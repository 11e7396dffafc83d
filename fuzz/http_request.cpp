// A client's bytes on one connection. Whole and in pieces they must come to the same, as far as both are
// taken; nothing is taken that was not given, and bodies stay within their limit.
#include <algorithm>
#include <cstdint>
#include <string>

#include "fuzz/support/require.hpp"
#include "http/content_range.hpp"
#include "http/server_connection.hpp"
#include "http/upload_body.hpp"

namespace {

using namespace kaskado;
using namespace std::chrono_literals;
using Event = http::ServerConnection::Event;
using fuzz::require;

constexpr std::uint64_t kMostBody = 2000;

class Connection {
 public:
  void receive(base::Bytes bytes) {
    for (;;) {
      const auto [taken, event] = connection_.receive(bytes, now_, out_);
      require(taken <= bytes.size());
      bytes = bytes.subspan(taken);
      if (event == Event::more) return require(bytes.empty());
      if (event == Event::closed) return;
      tell(event);
      if (event == Event::held || event == Event::end)
        connection_.answer({http::Status::ok, "ok"}, now_, out_);
    }
  }
  // What has come of it: heads and bodies.
  std::string told;

 private:
  void tell(Event event) {
    if (event == Event::request) {
      const http::RequestHead& head = connection_.head();
      require(!head.method.empty() && !head.target.empty());
      require(!(head.is_chunked && head.content_length));
      told += "\n" + head.method + " " + head.target + "\n";
      body_bytes_ = 0;
      if (const std::string* range = head.find("Content-Range")) {
        const auto parsed = http::parse_content_range(*range);
        require(!parsed || parsed->first <= parsed->last);
      }
      (void)http::UploadBody::of(head);
      connection_.proceed(out_);
    }
    if (event == Event::body) {
      require(!connection_.body().empty());
      told += base::as_text(connection_.body());
      body_bytes_ += connection_.body().size();
      require(body_bytes_ <= kMostBody);
    }
    if (event == Event::failed) require(!connection_.failure().empty());
  }

  base::Instant now_{1h};
  http::ServerConnection connection_{{.request = {.head_bytes = 1024, .body_bytes = kMostBody}}, now_};
  std::string out_;
  std::uint64_t body_bytes_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] % 32 + 1;
  const base::Bytes bytes{data + 1, size - 1};
  Connection whole, in_pieces;
  whole.receive(bytes);
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    in_pieces.receive(bytes.subspan(at, std::min(piece, bytes.size() - at)));
  }
  const auto& [shorter, longer] =
      std::minmax(whole.told, in_pieces.told, [](auto& a, auto& b) { return a.size() < b.size(); });
  require(longer.starts_with(shorter));
  return 0;
}
