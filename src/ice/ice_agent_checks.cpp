// The STUN client's side of the agent: sending checks and judging the answers (RFC 8445 §7.2).
#include <algorithm>

#include "ice/ice_agent.hpp"

namespace kaskado::ice {

using base::DropReason;
using base::kNever;
using base::Outbox;

void IceAgent::start_check(Pair& pair, const Session& session, Instant now, Outbox& outbox) {
  CheckTransaction& check = pair.check;
  random_.fill(check.id);
  check.first_sent = now;
  check.transmissions = 0;
  check.role = role_;
  check.use_candidate = pair.nominating && role_ == IceRole::controlling;
  arm(check, now);
  if (!pair.valid) pair.state = PairState::in_progress;
  send_check(pair, session, now, outbox);
}

// Starts the schedule of transmissions, from now on.
void IceAgent::arm(CheckTransaction& check, Instant now) const {
  // In RTOs: the doubling waits between 7 transmissions (Rc), and the last wait (Rm).
  constexpr int kWholeTime = 63 + 16;
  // RFC 8445 §14.3.
  check.rto = std::max(timers_.min_rto, timers_.pacing * static_cast<std::int64_t>(checks_.unfinished()));
  check.resend_at = now + check.rto;
  check.gives_up_at = now + check.rto * kWholeTime;
}

// RFC 8445 §7.2.2 and §7.1.
void IceAgent::send_check(Pair& pair, const Session& session, Instant now, Outbox& outbox) {
  CheckTransaction& check = pair.check;
  check.last_sent = now;
  ++check.transmissions;
  ++pair.counters.requests_sent;
  StunWriter writer(outbox.slot(), StunClass::request, check.id);
  writer.username(session.remote_ufrag, session.local_ufrag);
  writer.priority(pair.check_priority);
  if (check.role == IceRole::controlling) {
    writer.ice_controlling(tie_breaker_);
  } else {
    writer.ice_controlled(tie_breaker_);
  }
  if (check.use_candidate) writer.use_candidate();
  if (const Bytes request = writer.finish(session.remote_key); !request.empty()) {
    outbox.commit(request.size(), pair.path);
  }
}

// A response counts once, with the right password, and only from where its request went (RFC 8445
// §7.2.5.2.1). One from elsewhere is no answer: its check goes on and fails by itself, so that nobody who can
// copy a response can make a good pair fail.
DropReason IceAgent::receive_response(const StunMessage& response, const Path& path, Instant now) {
  const Session* session = &session_;
  Pair* pair = checks_.find(response.transaction);
  if (!pair && carried_ && carried_->pair.check.outstanding() &&
      carried_->pair.check.id == response.transaction) {
    pair = &carried_->pair;
    session = &carried_->session;
  }
  if (!pair || !(pair->path == path)) return DropReason::unexpected_stun;
  if (!response.verify(session->remote_key)) return DropReason::bad_stun_integrity;
  ++pair->counters.responses_received;
  if (response.type == StunClass::error) {
    note_error(*pair, response, now);
    return DropReason::none;
  }
  if (response.unknown_count || !response.reflexive_address().is_set()) return DropReason::bad_stun;
  note_success(*pair, response, now);
  return DropReason::none;
}

// RFC 8445 §7.2.5.3.
void IceAgent::note_success(Pair& pair, const StunMessage& response, Instant now) {
  const CheckTransaction check = std::exchange(pair.check, {});
  if (check.sent_once()) {
    pair.round_trip = now - check.first_sent;
    pair.total_round_trip += pair.round_trip;
  }
  pair.consent_until = now + timers_.consent_timeout;
  if (&pair == selected()) note_consent(now);
  if (carried_ && &pair == &carried_->pair) return;
  pair.state = PairState::succeeded;
  pair.valid = true;
  pair.turn = pair.nominating && !check.use_candidate ? pair.turn : 0;
  checks_.note_mapped(pair, response.reflexive_address());
  checks_.unfreeze(pair.foundation);
  if (first_valid_at_ == kNever) first_valid_at_ = now;
  if (check.use_candidate && role_ == IceRole::controlling) {  // RFC 8445 §7.2.5.3.4
    pair.nominated = true;
    pair.nominating = false;
  }
}

void IceAgent::note_error(Pair& pair, const StunMessage& response, Instant now) {
  const CheckTransaction check = std::exchange(pair.check, {});
  const bool forbidden = response.error_code == stun_error::kForbidden;  // RFC 7675 §5.2
  if (carried_ && &pair == &carried_->pair) {
    if (forbidden) pair.consent_until = now;  // of the old session only
    return;
  }
  if (forbidden) {
    revoke_consent(now);
    return;
  }
  if (response.error_code != stun_error::kRoleConflict) {
    fail(pair);
    return;
  }
  // RFC 8445 §7.2.5.1. Not when the role changed since the request, and a lite agent asks nothing.
  if (check.role == role_) {
    tie_breaker_ = random_.u64();
    set_role(role_ == IceRole::controlling ? IceRole::controlled : IceRole::controlling);
  }
  checks_.trigger(pair);
}

void IceAgent::fail(Pair& pair) {
  pair.state = PairState::failed;
  pair.valid = pair.nominating = false;
  pair.turn = 0;
  pair.check = {};
}

}  // namespace kaskado::ice
