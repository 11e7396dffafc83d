#include "elements/upload/upload_exchange.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "http/content_range.hpp"

namespace kaskado::elements {

using http::Response;
using http::Status;
using Event = http::ServerConnection::Event;
using Verdict = UploadInProgress::Verdict;

namespace {

constexpr const char* kMethods = "POST, PUT, OPTIONS";

// `/name?query`; `http://host/name` (RFC 9112 §3.2); `/prefix/name`, as proxies may hand it on.
std::string place_of(std::string_view target) {
  const std::string_view path = target.substr(0, target.find('?'));
  return std::string(path.substr(path.rfind('/') + 1));
}

// So that pages of any origin may send (the Fetch standard's preflight).
Response allowed_methods() {
  return {Status::no_content,
          "",
          {{"Allow", kMethods},
           {"Access-Control-Allow-Methods", kMethods},
           {"Access-Control-Allow-Headers", "*"},
           {"Access-Control-Max-Age", "86400"}}};
}

std::optional<Response> objection_to(const http::RequestHead& head) {
  if (head.find("Expect") && !head.lists("Expect", "100-continue")) {
    return Response{Status::expectation_failed, "Nothing but 100-continue can be expected here."};
  }
  if (!head.has_body()) return Response{Status::bad_request, "The request has no body."};
  const std::string* const field = head.find("Content-Range");
  if (!field) return std::nullopt;
  const auto range = http::parse_content_range(*field);
  // RFC 9110 §14.5
  if (!range || range->first != 0 || range->complete != range->last + 1) {
    return Response{Status::bad_request, "Files are taken whole, not in parts."};
  }
  return std::nullopt;
}

}  // namespace

UploadExchange::UploadExchange(UploadPlaces& places, const Limits& limits, std::function<void()> tell,
                               base::Instant now)
    : places_(places), tell_(std::move(tell)), connection_(limits, now) {}

UploadExchange::~UploadExchange() {
  end_upload(false, "the connection was closed");
}

void UploadExchange::receive(base::Bytes bytes, base::Instant now, std::string& out) {
  work(bytes, now, out);
}

void UploadExchange::work(base::Bytes bytes, base::Instant now, std::string& out) {
  while (!over_) {
    if (upload_is_held()) {
      connection_.hold();
      break;
    }
    const auto [taken, event] = connection_.receive(bytes, now, out);
    bytes = bytes.subspan(taken);
    switch (event) {
      case Event::more:
        return;
      case Event::request:
        begin_request(now, out);
        break;
      case Event::body:
        take_body(connection_.body(), now, out);
        break;
      case Event::end:
        end_body(now, out);
        break;
      case Event::failed:
      case Event::closed:
        note_end(event);
        break;
      case Event::held:
        held_ = base::as_text(bytes);
        return;
    }
  }
  held_ = base::as_text(bytes);
}

void UploadExchange::note_end(Event event) {
  if (event == Event::failed) end_upload(false, connection_.failure());
  if (event == Event::closed) over_ = true;
}

void UploadExchange::begin_request(base::Instant now, std::string& out) {
  const http::RequestHead& head = connection_.head();
  place_ = place_of(head.target);
  if (head.method == "OPTIONS") return answer(allowed_methods(), now, out);
  if (head.method != "POST" && head.method != "PUT") {
    if (!places_.knows(place_)) return answer({Status::not_found, "There is nothing here."}, now, out);
    return answer({Status::method_not_allowed, "Files are sent here, by POST or PUT.", {{"Allow", kMethods}}},
                  now, out);
  }
  if (auto refusal = begin_upload(head)) return answer(*refusal, now, out);
  connection_.proceed(out);
}

std::optional<Response> UploadExchange::begin_upload(const http::RequestHead& head) {
  if (!places_.knows(place_)) return Response{Status::not_found, "There is no upload to be made here."};
  if (auto objection = objection_to(head)) return objection;
  auto body = http::UploadBody::of(head);
  if (!body) return body.error();
  auto upload = std::make_shared<UploadInProgress>(tell_);
  switch (places_.begin(place_, upload)) {
    case UploadPlaces::Admission::unknown:
      return Response{Status::not_found, "There is no upload to be made here."};
    case UploadPlaces::Admission::busy:
      return Response{Status::conflict, "A file is being sent here already."};
    case UploadPlaces::Admission::used:
      return Response{Status::gone, "A file has been sent here, and one only is taken."};
    case UploadPlaces::Admission::full:
      return Response{Status::service_unavailable, "Too many files are being sent.", {{"Retry-After", "10"}}};
    case UploadPlaces::Admission::admitted:
      break;
  }
  upload_ = std::move(upload);
  body_ = *std::move(body);
  received_bytes_ = 0;
  body_has_ended_ = false;
  return std::nullopt;
}

void UploadExchange::take_body(base::Bytes body, base::Instant now, std::string& out) {
  while (!body.empty() && upload_) {
    const auto step = body_->receive(body);
    write(step.file);
    body = body.subspan(step.taken);
    if (step.refusal) {
      answer(*step.refusal, now, out);
      return end_upload(false, step.refusal->text);
    }
  }
  settle(now, out);
}

void UploadExchange::write(base::Bytes file) {
  received_bytes_ += file.size();
  if (unwritten_.empty()) file = file.subspan(upload_->pipe().write(file));
  unwritten_ += base::as_text(file);
}

void UploadExchange::end_body(base::Instant now, std::string& out) {
  body_has_ended_ = true;
  if (!upload_) return;
  if (auto refusal = body_->finish()) {
    answer(*refusal, now, out);
    return end_upload(false, refusal->text);
  }
  settle(now, out);
}

void UploadExchange::settle(base::Instant now, std::string& out) {
  if (!upload_) return;
  const bool has_come = body_has_ended_ && unwritten_.empty();
  if (has_come && !upload_->is_finished()) upload_->finish();
  const Verdict verdict = upload_->verdict();
  if (verdict == Verdict::refused) {
    answer({Status::unsupported_media_type, upload_->why()}, now, out);
    end_upload(false, "it was refused");
  } else if (has_come && verdict == Verdict::accepted) {
    answer({Status::ok, "Received " + std::to_string(received_bytes_) + " bytes."}, now, out);
    end_upload(true, {});
  } else if (verdict == Verdict::abandoned) {
    answer({Status::gone, "Nobody takes this file any more."}, now, out);
    end_upload(false, "nobody takes it any more");
  }
}

void UploadExchange::end_upload(bool well, const std::string& why) {
  if (!upload_) return;
  unwritten_.clear();
  if (!well) upload_->break_off(why);
  upload_.reset();
  body_.reset();
  places_.end(place_, well);
}

void UploadExchange::answer(const Response& response, base::Instant now, std::string& out) {
  connection_.answer(response, now, out);
  if (peer_ended_) over_ = true;
}

void UploadExchange::go_on(base::Instant now, std::string& out) {
  if (!unwritten_.empty() && upload_) unwritten_.erase(0, upload_->pipe().write(base::as_bytes(unwritten_)));
  settle(now, out);
  if (upload_is_held() || over_) return;
  connection_.go_on(now);
  const std::string rest = std::exchange(held_, {});
  work(base::as_bytes(rest), now, out);
  settle(now, out);
}

// A client may have ended its side of the connection behind its request, and wait for the answer (RFC 9112
// §9.6).
void UploadExchange::peer_ended() {
  peer_ended_ = true;
  const bool waits_for_answer = upload_ && body_has_ended_ && !connection_.has_ended();
  if (waits_for_answer) return;
  over_ = true;
  end_upload(false, "the client broke off");
}

void UploadExchange::advance(base::Instant now, std::string& out) {
  note_end(connection_.advance(now, out));
}

}  // namespace kaskado::elements
