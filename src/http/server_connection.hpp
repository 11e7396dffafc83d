// One client's connection, without its socket (RFC 9112 §9): bytes in, requests out, one after the other;
// answers back. What is to be written is appended to the text that each call is given.
//
// A request must be answered once, behind `request` at the earliest. One that is answered before its body has
// come is the connection's last: what still comes is thrown away for a while, so that the client gets to read
// the answer (§9.6).
#pragma once

#include <string>

#include "base/bytes.hpp"
#include "base/time.hpp"
#include "http/request_parser.hpp"

namespace kaskado::http {

class ServerConnection {
 public:
  struct Limits {
    RequestParser::Limits request{};
    base::Duration head =
        std::chrono::seconds{10};  // from the connection's or the request's first byte to the head's last
    base::Duration next =
        std::chrono::seconds{15};  // from an answer to the next request; then closed without a word
    base::Duration quiet = std::chrono::seconds{30};   // between two pieces of a body
    base::Duration whole = std::chrono::hours{24};     // of a body
    base::Duration answer = std::chrono::seconds{60};  // from a body's end to its answer
    base::Duration linger = std::chrono::seconds{2};   // behind the last answer
  };
  enum class Event {
    more,     // all was taken, and nothing is known yet
    request,  // head() is there: proceed() or answer()
    body,     // body() is there, and not empty
    end,      // of the body: answer()
    held,     // the request before is to be answered first; give the rest again behind that
    failed,   // the request is void, and has been answered: wrong, or too slow
    closed,   // the connection is to be closed, when all is written
  };
  struct Step {
    std::size_t taken = 0;
    Event event = Event::more;
  };

  ServerConnection(Limits limits, base::Instant now);

  // The next thing that the bytes make known. To be called until it says `more`, `held` or `closed`.
  Step receive(base::Bytes bytes, base::Instant now, std::string& out);
  // Time passed: `more`, `failed` or `closed`.
  Event advance(base::Instant now, std::string& out);
  base::Instant deadline() const;

  const RequestHead& head() const { return parser_.head(); }
  // In the bytes that were given to the last call.
  base::Bytes body() const { return parser_.body(); }
  // The last answer has been given: nothing more is to be written than what there is.
  bool has_ended() const { return state_ == State::last_answer_given || state_ == State::closed; }
  // Why the last request failed.
  const std::string& failure() const { return failure_; }

  // The body is wanted (RFC 9110 §10.1.1).
  void proceed(std::string& out);
  void answer(const Response& response, base::Instant now, std::string& out);
  // Nothing is read for now, because its receiver is busy: the client is not to blame for silence.
  void hold();
  void go_on(base::Instant now);

 private:
  enum class State { head, body, answer_due, last_answer_given, closed };

  Step fail(const Response& response, base::Instant now, std::string& out);
  void begin_next(base::Instant now);
  void end(base::Instant now);
  Step read(base::Bytes bytes, base::Instant now, std::string& out);

  const Limits limits_;
  RequestParser parser_;
  State state_ = State::head;
  bool is_first_ = true;  // request of the connection
  bool is_held_ = false;
  base::Instant began_;  // of the state's wait; of the request
  base::Instant heard_;  // the last bytes of a body
  std::string failure_;
};

}  // namespace kaskado::http
