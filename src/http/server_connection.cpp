#include "http/server_connection.hpp"

#include <algorithm>

namespace kaskado::http {

ServerConnection::ServerConnection(Limits limits, base::Instant now)
    : limits_(limits), parser_(limits.request), began_(now), heard_(now) {}

base::Instant ServerConnection::deadline() const {
  switch (state_) {
    case State::head:
      return began_ + (is_first_ || parser_.has_begun() ? limits_.head : limits_.next);
    case State::body:
      return is_held_ ? began_ + limits_.whole : std::min(heard_ + limits_.quiet, began_ + limits_.whole);
    case State::answer_due:
      return began_ + limits_.answer;
    case State::last_answer_given:
      return began_ + limits_.linger;
    case State::closed:
      break;
  }
  return base::kNever;
}

ServerConnection::Event ServerConnection::advance(base::Instant now, std::string& out) {
  if (state_ == State::closed) return Event::closed;
  if (now < deadline()) return Event::more;
  const bool waits_for_request = state_ == State::head && !parser_.has_begun();
  if (waits_for_request || state_ == State::last_answer_given) {
    state_ = State::closed;
    return Event::closed;
  }
  const bool too_slow = state_ == State::body || state_ == State::head;
  return fail(too_slow ? Response{Status::request_timeout, "The request came too slowly."}
                       : Response{Status::service_unavailable, "The request took too long."},
              now, out)
      .event;
}

ServerConnection::Step ServerConnection::receive(base::Bytes bytes, base::Instant now, std::string& out) {
  switch (state_) {
    case State::head:
    case State::body:
      return read(bytes, now, out);
    case State::answer_due:
      return {0, Event::held};
    case State::last_answer_given:
      return {bytes.size(), Event::more};
    case State::closed:
      break;
  }
  return {bytes.size(), Event::closed};
}

ServerConnection::Step ServerConnection::read(base::Bytes bytes, base::Instant now, std::string& out) {
  if (state_ == State::head && !parser_.has_begun() && !bytes.empty()) {
    if (!is_first_) began_ = now;
    is_first_ = false;
  }
  if (!bytes.empty()) heard_ = now;
  const auto [taken, event] = parser_.receive(bytes);
  switch (event) {
    case RequestParser::Event::head:
      state_ = State::body;
      began_ = now;
      return {taken, Event::request};
    case RequestParser::Event::body:
      return {taken, Event::body};
    case RequestParser::Event::end:
      state_ = State::answer_due;
      began_ = now;
      return {taken, Event::end};
    case RequestParser::Event::refused:
      return fail(parser_.refusal(), now, out);
    case RequestParser::Event::more:
      break;
  }
  return {taken, Event::more};
}

ServerConnection::Step ServerConnection::fail(const Response& response, base::Instant now, std::string& out) {
  failure_ = response.text;
  out += to_text(response, false);
  end(now);
  return {0, Event::failed};
}

void ServerConnection::proceed(std::string& out) {
  if (state_ == State::body && head().expects_continue()) out += "HTTP/1.1 100 Continue\r\n\r\n";
}

void ServerConnection::answer(const Response& response, base::Instant now, std::string& out) {
  if (state_ != State::body && state_ != State::answer_due) return;
  // A body that is still to come, other than an empty one, would be read as the next request.
  const bool has_come = state_ == State::answer_due || !head().has_body();
  const bool keeps_alive = has_come && head().keeps_alive;
  out += to_text(response, keeps_alive, head().method != "HEAD");
  if (keeps_alive) return begin_next(now);
  end(now);
}

void ServerConnection::begin_next(base::Instant now) {
  parser_.next();
  state_ = State::head;
  is_held_ = false;
  began_ = now;
}

void ServerConnection::end(base::Instant now) {
  state_ = State::last_answer_given;
  is_held_ = false;
  began_ = now;
}

void ServerConnection::hold() {
  is_held_ = true;
}

void ServerConnection::go_on(base::Instant now) {
  if (!is_held_) return;
  is_held_ = false;
  heard_ = now;
}

}  // namespace kaskado::http
