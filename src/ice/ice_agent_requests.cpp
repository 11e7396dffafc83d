// The STUN server's side of the agent: what it does with a peer's checks (RFC 8445 §7.3).
#include <algorithm>

#include "ice/ice_agent.hpp"

namespace kaskado::ice {

using base::DropReason;
using base::Outbox;

namespace {

std::string_view reason_of(std::uint16_t code) {
  switch (code) {
    case stun_error::kBadRequest:
      return "Bad Request";
    case stun_error::kUnauthenticated:
      return "Unauthenticated";
    case stun_error::kUnknownAttribute:
      return "Unknown Attribute";
    default:
      return "Role Conflict";
  }
}

std::string_view sender_ufrag(std::string_view username) {
  const std::size_t colon = username.find(':');
  return colon == std::string_view::npos ? std::string_view{} : username.substr(colon + 1);
}

}  // namespace

// Which session a request is of: by our half of its USERNAME, and by the peer's where both sessions have ours
// alike. Other than that the peer's half is not looked at: the password is what proves it.
const IceAgent::Session* IceAgent::session_of(std::string_view username) const {
  const std::string_view ours = receiver_ufrag(username);
  const bool carried = carried_ && ours == carried_->session.local_ufrag;
  if (ours != session_.local_ufrag) return carried ? &carried_->session : nullptr;
  const std::string_view theirs = sender_ufrag(username);
  if (carried && theirs == carried_->session.remote_ufrag && theirs != session_.remote_ufrag)
    return &carried_->session;
  return &session_;
}

// Requests that name nobody here get no answer at all: only who knows our ufrag learns that we are there.
DropReason IceAgent::receive_request(const StunMessage& request, const Path& path, Instant now,
                                     Outbox& outbox) {
  const Session* session = request.username.empty() ? nullptr : session_of(request.username);
  if (!session) return DropReason::bad_stun_username;
  if (!request.has_integrity()) {
    refuse(request, stun_error::kBadRequest, nullptr, path, outbox);
    return DropReason::bad_stun_integrity;
  }
  if (!request.verify(session->local_key)) {
    refuse(request, stun_error::kUnauthenticated, nullptr, path, outbox);
    return DropReason::bad_stun_integrity;
  }
  if (request.unknown_count) {
    refuse(request, stun_error::kUnknownAttribute, &session->local_key, path, outbox);
    return DropReason::bad_stun;
  }
  // A peer that offers new credentials has no others of ours than the old ones until the answer arrives, and may nominate what
  // it finds with them: its own half tells that such a check is of the new session.
  const bool is_of_new = session != &session_ && session_.remote_known() && sender_ufrag(request.username) == session_.remote_ufrag;
  if (session == &session_ || is_of_new) return receive_check(request, session->local_key, path, now, outbox);
  answer(request, session->local_key, path, outbox);
  if (path == carried_->pair.path) {
    ++carried_->pair.counters.requests_received;
    ++carried_->pair.counters.responses_sent;
    if (lite_) carried_->pair.consent_until = now + timers_.consent_timeout;
  }
  return DropReason::none;
}

bool IceAgent::is_check(Bytes datagram) const {
  const auto message = StunMessage::parse(datagram);
  if (!message || message->method != kBindingMethod || message->type != StunClass::request) return false;
  const Session* session = message->username.empty() ? nullptr : session_of(message->username);
  return session && message->has_integrity() && message->verify(session->local_key);
}

DropReason IceAgent::receive_check(const StunMessage& request, const StunKey& key, const Path& path, Instant now,
                                   Outbox& outbox) {
  if (!resolve_role_conflict(request)) {
    refuse(request, stun_error::kRoleConflict, &key, path, outbox);
    return DropReason::none;
  }
  answer(request, key, path, outbox);
  // A check without PRIORITY is no ICE check (RFC 8445 §7.1.1), but consent checks of some peers look so.
  Pair* pair = request.priority ? checks_.learn(path, *request.priority) : checks_.find(path);
  if (!pair) {
    ++counters_.requests_not_kept;
    return DropReason::none;
  }
  note_check(*pair, request, now);
  return DropReason::none;
}

// RFC 8445 §7.3.1.1. False: answer with 487, and the peer switches.
bool IceAgent::resolve_role_conflict(const StunMessage& request) {
  if (role_ == IceRole::controlling && request.ice_controlling) {
    if (tie_breaker_ >= *request.ice_controlling) return false;
    set_role(IceRole::controlled);
  } else if (role_ == IceRole::controlled && request.ice_controlled) {
    if (lite_ || tie_breaker_ < *request.ice_controlled) return false;
    set_role(IceRole::controlling);
  }
  return true;
}

// An address that has not proved itself gets no more bytes back than it sent.
void IceAgent::send_response(const StunMessage& request, Bytes response, const Path& path, Outbox& outbox) {
  if (response.empty()) return;
  if (response.size() > request.datagram.size() && !(selected_path_ == path)) {
    const Pair* pair = checks_.find(path);
    if (!pair || !pair->valid) return;
  }
  outbox.commit(response.size(), path);
}

void IceAgent::answer(const StunMessage& request, const StunKey& key, const Path& path, Outbox& outbox) {
  StunWriter writer(outbox.slot(), StunClass::success, request.transaction);
  writer.xor_mapped_address(path.remote);
  send_response(request, writer.finish(key), path, outbox);
}

void IceAgent::refuse(const StunMessage& request, std::uint16_t code, const StunKey* key, const Path& path,
                      Outbox& outbox) {
  ++counters_.requests_refused;
  StunWriter writer(outbox.slot(), StunClass::error, request.transaction);
  writer.error_code(code, reason_of(code));
  if (code == stun_error::kUnknownAttribute) {
    writer.unknown_attributes({request.unknown.data(), request.unknown_count});
  }
  send_response(request, key ? writer.finish(*key) : writer.finish(), path, outbox);
}

void IceAgent::note_check(Pair& pair, const StunMessage& request, Instant now) {
  pair.heard = true;
  pair.heard_at = now;
  ++pair.counters.requests_received;
  ++pair.counters.responses_sent;
  if (lite_) {
    // RFC 8445 §7.3.2: a lite agent's pair is valid from when the peer nominates it, and the peer's checks
    // are its consent: they also revive a nominated pair whose consent ran out.
    pair.consent_until = now + timers_.consent_timeout;
    pair.valid = (pair.nominated || request.use_candidate) && !revoked_;
    if (pair.valid) pair.state = PairState::succeeded;
  } else if (!revoked_) {
    trigger_check(pair, now);
  }
  if (request.use_candidate && role_ == IceRole::controlled) note_nomination(pair, request, now);
  doubt_selected(pair, now);
}

void IceAgent::doubt_selected(const Pair& heard, Instant now) {
  constexpr auto kLongestSilence = std::chrono::seconds(3);
  if (lite_ || revoked_ || carried_ || heard.in_use || !selected_nominated_) return;
  Pair* current = selected();
  // A peer that is heard on both, as in the beginning, has not moved.
  if (!current || doubt_.until != base::kNever || now - current->heard_at < kLongestSilence) return;
  doubt_ = {now, now + kLongestSilence};
  current->check = {};
  checks_.trigger(*current);
}

// RFC 8445 §7.3.1.4, but for a check under way: it is sent again soon, and not cancelled for a new one. So a
// peer that checks faster than a round trip takes cannot keep us from ever recognising its answers.
void IceAgent::trigger_check(Pair& pair, Instant now) {
  if (pair.usable(now)) return;
  pair.valid = false;
  if (pair.state != PairState::in_progress) {
    checks_.trigger(pair);
    return;
  }
  const Instant soon = std::min(pair.check.resend_at, pair.check.last_sent + timers_.min_rto / 2);
  arm(pair.check, now);
  pair.check.resend_at = soon;
  pair.check.transmissions = 1;
}

// RFC 8445 §7.3.1.5. On a pair that is not valid yet it counts from when it is.
void IceAgent::note_nomination(Pair& pair, const StunMessage& request, Instant now) {
  pair.nominated = true;
  if (pair.in_use) {
    challenge_ = {};
    return;
  }
  if (pair.valid && selected_nominated_ && !carried_) settle_challenge(pair, request, now);
}

void IceAgent::settle_challenge(Pair& pair, const StunMessage& request, Instant now) {
  constexpr auto kLongEnough = std::chrono::seconds(1);
  constexpr std::uint8_t kOftenEnough = 4;
  const Pair* current = selected();
  if (!current || pair.priority > current->priority) return;
  const std::uint32_t transaction = base::load_u32(request.transaction.data());
  if (challenge_.count == 0) challenge_.since = now;
  if (challenge_.count == 0 || challenge_.transaction != transaction) {
    challenge_.transaction = transaction;
    challenge_.count = static_cast<std::uint8_t>(std::min(challenge_.count + 1, 255));
  }
  if (challenge_.count < kOftenEnough || now - challenge_.since < kLongEnough) return;
  for (Pair& other : checks_.pairs()) other.nominated = &other == &pair;
}

}  // namespace kaskado::ice
