// What time brings to the agent: paced checks, retransmissions, nomination, consent.
#include <algorithm>

#include "ice/ice_agent.hpp"

namespace kaskado::ice {

using base::kNever;
using base::Outbox;

// One new check each Ta (RFC 8445 §6.1.4.2).
void IceAgent::send_next_check(Instant now, Outbox& outbox) {
  if (!may_check() || now < next_check_at_) return;
  Pair* pair = checks_.next_check();
  if (!pair) return;
  next_check_at_ = now + timers_.pacing;
  start_check(*pair, session_, now, outbox);
}

void IceAgent::resend_checks(Instant now, Outbox& outbox) {
  for (Pair& pair : checks_.pairs()) {
    CheckTransaction& check = pair.check;
    if (!check.outstanding() || check.resend_at > now) continue;
    if (check.gives_up_at <= now) {
      fail(pair);
      continue;
    }
    if (pair.reliable) {
      check.resend_at = check.gives_up_at;
      continue;
    }
    send_check(pair, session_, now, outbox);
    check.resend_at = next_transmission(pair, now);
  }
}

Instant IceAgent::next_transmission(const Pair& pair, Instant now) {
  constexpr std::uint8_t kMaxTransmissions = 7;  // Rc, RFC 8489 §6.2.1
  const CheckTransaction& check = pair.check;
  if (!pair.alive() && check.transmissions >= kMaxTransmissions) return check.gives_up_at;
  const int doublings = pair.alive() ? 1 : check.transmissions - 1;
  return std::min(check.gives_up_at, now + check.rto * (std::int64_t{1} << doublings));
}

// RFC 7675 §5.1: each consent check is a new transaction, sent once.
void IceAgent::keep_consent(Instant now, Outbox& outbox) {
  Pair* pair = selected();
  if (!pair || lite_ || now < next_consent_at_ || pair->consent_until <= now) return;
  next_consent_at_ = resting_ ? now + follow_up(*pair) : next_consent(now);
  const bool being_checked = pair->check.outstanding() && pair->check.resend_at != kNever;
  if (being_checked) return;
  start_check(*pair, carried_ ? carried_->session : session_, now, outbox);
  pair->check.resend_at = kNever;
}

// The wait for an answer while resting, before the question is asked anew: so the consent that is left, which
// is half of what it is otherwise, has room for as many.
Duration IceAgent::follow_up(const Pair& pair) {
  constexpr Duration kFirst = std::chrono::seconds(1);
  const Duration wait = std::max(kFirst, 2 * pair.round_trip) * (unanswered_ > 1 ? 2 : 1);
  unanswered_ = static_cast<std::uint8_t>(std::min(unanswered_ + 1, 255));
  return unanswered_ > 3 ? std::max(wait, timers_.min_consent_interval) : wait;
}

// The selected pair's question was answered.
void IceAgent::note_consent(Instant now) {
  unanswered_ = 0;
  if (resting_) next_consent_at_ = next_resting_consent(now);
}

void IceAgent::set_resting(bool resting, Instant now) {
  if (resting == resting_) return;
  resting_ = resting;
  unanswered_ = 0;
  const Pair* pair = selected();
  if (resting || !pair) return;
  const Instant answered = pair->consent_until - timers_.consent_timeout;
  next_consent_at_ = std::min(next_consent_at_, std::max(now, next_consent(answered)));
  deadline_ = next_deadline(now);
}

// An answer since then has made its consent last longer.
void IceAgent::settle_doubt(Instant now) {
  if (now < doubt_.until) return;
  doubt_.until = kNever;
  Pair* current = selected();
  if (!current || current->consent_until > doubt_.since + timers_.consent_timeout) return;
  const auto pairs = checks_.pairs();
  const bool other = std::any_of(pairs.begin(), pairs.end(), [&](const Pair& pair) {
    return &pair != current && pair.usable(now) && pair.heard_at >= doubt_.since;
  });
  if (other) current->consent_until = now;
}

Instant IceAgent::next_consent(Instant now) {
  const auto spread =
      static_cast<double>((timers_.max_consent_interval - timers_.min_consent_interval).count());
  return now + timers_.min_consent_interval + Duration(static_cast<Duration::rep>(spread * random_.unit()));
}

Instant IceAgent::next_resting_consent(Instant now) {
  constexpr Duration kGrid = std::chrono::milliseconds(100);
  const auto spread =
      static_cast<double>((timers_.max_resting_interval - timers_.min_resting_interval).count());
  const Instant due =
      now + timers_.min_resting_interval + Duration(static_cast<Duration::rep>(spread * random_.unit()));
  return due - due.time_since_epoch() % kGrid;
}

// Regular nomination (RFC 8445 §8.1.1): once, of the best valid pair, when no better one can come or has not
// in time.
void IceAgent::nominate(Instant now) {
  if (role_ != IceRole::controlling || !may_check()) return;
  Pair* best = checks_.best_usable(now);
  if (!best || best->nominated) return;
  const auto pairs = checks_.pairs();
  if (std::any_of(pairs.begin(), pairs.end(), [](const Pair& pair) { return pair.nominating; })) return;
  if (checks_.unfinished_above(best->priority) && now < first_valid_at_ + timers_.nomination_delay) return;
  best->nominating = true;
  checks_.trigger(*best);
}

Instant IceAgent::patience_ends() const {
  if (patient_since_ == kNever) return kNever;
  return patient_since_ + timers_.patience * (remote_ended_ ? 1 : 2);
}

Instant IceAgent::next_deadline(Instant now) {
  Instant next = kNever;
  const auto by = [&](Instant at) { next = std::min(next, at); };
  for (const Pair& pair : checks_.pairs()) {
    if (pair.check.outstanding()) by(pair.check.resend_at);
  }
  if (const Pair* pair = selected()) by(std::min(pair->consent_until, lite_ ? kNever : next_consent_at_));
  by(doubt_.until);
  if (may_check() && checks_.has_check()) by(std::max(now, next_check_at_));
  if (state_ == IceState::connecting || state_ == IceState::disconnected) {
    if (patience_ends() > now) by(patience_ends());
  }
  const bool to_nominate =
      role_ == IceRole::controlling && (carried_ || !selected_nominated_) && first_valid_at_ != kNever;
  if (to_nominate && first_valid_at_ + timers_.nomination_delay > now) {
    by(first_valid_at_ + timers_.nomination_delay);
  }
  return next;
}

}  // namespace kaskado::ice
