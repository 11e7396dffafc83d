// Reads requests of HTTP/1.1 and 1.0 (RFC 9112) as their bytes come: the head, then the body without its
// framing. Owns the grammar by Boost.Beast's incremental parser (docs/adr), and adds what a server must
// refuse beyond it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/bytes.hpp"
#include "http/message.hpp"

namespace kaskado::http {

// One request after the other of one connection. What is refused ends it: nothing behind that can be told
// apart.
class RequestParser {
 public:
  struct Limits {
    std::uint32_t head_bytes = 16 << 10;
    std::uint64_t body_bytes = std::uint64_t{16} << 30;
  };
  enum class Event {
    more,     // all was taken, and nothing has come of it yet
    head,     // head() is there
    body,     // body() is there, and not empty
    end,      // of the request; next() makes ready for another one
    refused,  // refusal() says how to answer; nothing more is taken
  };
  struct Step {
    std::size_t taken = 0;  // of the bytes given; what follows is for the next call
    Event event = Event::more;
  };

  explicit RequestParser(Limits limits);
  ~RequestParser();
  RequestParser(RequestParser&&) noexcept;

  // The next thing that `bytes` make known. To be called until it says `more`.
  Step receive(base::Bytes bytes);
  // Whether anything of a request has come.
  bool has_begun() const { return head_bytes_ > 0 || !kept_.empty(); }
  const RequestHead& head() const;
  // In the bytes that were given to the last call.
  base::Bytes body() const;
  const Response& refusal() const;
  // Behind `end`.
  void next();

 private:
  class Message;
  Step put(base::Bytes bytes);
  Step put_behind_kept(base::Bytes bytes);
  Step refuse(Response refusal);

  const Limits limits_;
  std::unique_ptr<Message> message_;
  // Of a head, or of the line before a chunk, that is not there whole: no more than head_bytes.
  std::string kept_;
  std::size_t head_bytes_ = 0;  // of this request's head, that have been read
  Response refusal_;
  bool is_refused_ = false;
};

}  // namespace kaskado::http
