#include "ice/ice_agent.hpp"

#include <algorithm>
#include <cassert>

namespace kaskado::ice {

using base::DropReason;
using base::kNever;
using base::Outbox;

std::string_view to_string(IceState state) {
  constexpr std::string_view kNames[] = {"idle",  "connecting",   "connected",
                                         "ready", "disconnected", "failed"};
  return kNames[static_cast<std::size_t>(state)];
}

IceAgent::IceAgent(const IceConfig& config, base::Random& random)
    : random_(random),
      timers_(config.timers),
      role_(config.lite ? IceRole::controlled : config.role),
      lite_(config.lite),
      tie_breaker_(random.u64()),
      checks_(role_, !config.lite) {
  assert(config.local.usable());
  session_.local_ufrag = config.local.ufrag;
  session_.local_key = StunKey::short_term(config.local.password);
}

bool IceAgent::usable(const Candidate& candidate) const {
  const SocketAddress& address = candidate.address;
  const bool known_transport = candidate.transport == CandidateTransport::udp ||
                               (candidate.transport == CandidateTransport::tcp &&
                                (candidate.tcp_type == TcpType::active || candidate.tcp_type == TcpType::passive));
  return candidate.component == 1 && known_transport && address.is_set() &&
         address.port() != 0 && !address.is_unspecified() && !address.is_multicast();
}

bool IceAgent::add_local_candidate(const Candidate& candidate, std::uint16_t port_index, Instant now) {
  const bool taken = usable(candidate) && checks_.add_local(candidate, port_index);
  if (!taken) ++counters_.candidates_ignored;
  changed_by_caller(now);
  return taken;
}

bool IceAgent::add_remote_candidate(const Candidate& candidate, Instant now) {
  if (candidate.is_end_of_candidates()) {
    end_of_remote_candidates(now);
    return true;
  }
  const bool other_session =
      session_.remote_known() && !candidate.ufrag.empty() && candidate.ufrag != session_.remote_ufrag;
  // RFC 6544 §4.5: an active candidate's port says nothing, and its peer waits for it to connect.
  const bool active = candidate.transport == CandidateTransport::tcp && candidate.tcp_type == TcpType::active;
  const bool taken = !other_session && !active && usable(candidate) && checks_.add_remote(candidate);
  if (!taken) ++counters_.candidates_ignored;
  changed_by_caller(now);
  return taken;
}

void IceAgent::end_of_remote_candidates(Instant now) {
  remote_ended_ = true;
  changed_by_caller(now);
}

void IceAgent::forbid(const Path& path, Instant now) {
  checks_.forbid(path);
  choose(now);
  changed_by_caller(now);
}

bool IceAgent::set_remote_credentials(const Credentials& remote, bool remote_is_lite, Instant now) {
  if (!remote.usable()) return false;
  const StunKey key = StunKey::short_term(remote.password);
  if (session_.remote_ufrag == remote.ufrag && session_.remote_key == key) return true;
  if (session_.remote_known()) begin_session();
  session_.remote_ufrag = remote.ufrag;
  session_.remote_key = key;
  checks_.forget_other_sessions(remote.ufrag);
  if (remote_is_lite && !lite_) set_role(IceRole::controlling);
  patient_since_ = now;
  changed_by_caller(now);
  return true;
}

void IceAgent::restart(const Credentials& local, Instant now) {
  assert(local.usable());
  begin_session();
  session_.local_ufrag = local.ufrag;
  session_.local_key = StunKey::short_term(local.password);
  changed_by_caller(now);
}

// What a restart forgets. The pair in use is set aside with the keys of its session.
void IceAgent::begin_session() {
  carry_selected();
  checks_.forget_remote();
  session_.remote_ufrag.clear();
  session_.remote_key = {};
  remote_ended_ = lost_ = revoked_ = false;
  challenge_ = {};
  doubt_ = {};
  first_valid_at_ = patient_since_ = kNever;
}

void IceAgent::carry_selected() {
  if (carried_) return;  // a restart before the last one was done: the pair in use is still the oldest
  Pair* pair = selected();
  if (!pair) return;
  pair->check = {};
  carried_ = std::make_unique<Carried>(Carried{session_, *pair, checks_.describe(*pair)});
  for (const Pair& other : checks_.pairs()) {
    if (other.heard && carried_->heard.size() < Carried::kMostHeard) carried_->heard.push_back(other.path);
  }
}

void IceAgent::revoke_consent(Instant now) {
  revoked_ = true;
  carried_.reset();
  checks_.stop();
  choose(now);
  changed_by_caller(now);
}

void IceAgent::set_role(IceRole role) {
  if (role == role_) return;
  ++counters_.role_switches;
  role_ = role;
  checks_.set_role(role);
  // Requests under way claim the old role: what they ask is asked again. Only a pair in use stays nominated.
  for (Pair& pair : checks_.pairs()) {
    pair.nominating = false;
    pair.nominated = pair.nominated && pair.in_use;
    pair.check = {};
    if (pair.state == PairState::in_progress) pair.state = PairState::waiting;
  }
}

Pair* IceAgent::selected() {
  if (!selected_path_) return nullptr;
  if (carried_) return &carried_->pair;
  return checks_.find(*selected_path_);
}

std::optional<CandidatePair> IceAgent::selected_pair() const {
  const Pair* pair = selected();
  if (!pair) return std::nullopt;
  if (!carried_) return checks_.describe(*pair);
  CandidatePair told = carried_->description;
  told.round_trip = pair->round_trip;
  told.total_round_trip = pair->total_round_trip;
  told.counters = pair->counters;
  return told;
}

Duration IceAgent::round_trip() const {
  const Pair* pair = selected();
  return pair ? pair->round_trip : Duration{};
}

std::vector<CandidatePair> IceAgent::pairs() const {
  std::vector<CandidatePair> told;
  if (carried_) told.push_back(*selected_pair());
  for (const Pair& pair : checks_.pairs()) told.push_back(checks_.describe(pair));
  return told;
}

bool IceAgent::accepts(const Path& path) const {
  if (selected_path_ == path) return true;
  if (carried_ && carried_->has_heard(path)) return true;
  const Pair* pair = checks_.find(path);
  return pair && (pair->valid || pair->heard);
}

bool IceAgent::knows(const Path& path) const {
  return checks_.find(path) || (carried_ && (carried_->pair.path == path || carried_->has_heard(path)));
}

bool IceAgent::knows_local_ufrag(std::string_view ufrag) const {
  return ufrag == session_.local_ufrag || (carried_ && ufrag == carried_->session.local_ufrag);
}

// Brings what is in use into line with what is valid.
void IceAgent::choose(Instant now) {
  Pair* best = checks_.best_usable(now);
  const bool takes_over = carried_ && best && best->nominated;
  if (carried_ && !takes_over) return;
  carried_.reset();
  const bool same_path = best ? selected_path_ == best->path : !selected_path_;
  const bool same_nomination = selected_nominated_ == (best && best->nominated);
  if (takes_over || !same_path || !same_nomination) select(best, now);
}

void IceAgent::select(Pair* best, Instant now) {
  const bool same_path = best && selected_path_ == best->path;
  if (!same_path) doubt_ = {};
  for (Pair& pair : checks_.pairs()) pair.in_use = &pair == best;
  selected_changed_ = true;
  selected_nominated_ = best && best->nominated;
  challenge_ = {};
  if (!best) {
    selected_path_.reset();
    next_consent_at_ = kNever;
    return;
  }
  if (!same_path) next_consent_at_ = next_consent(now);
  selected_path_ = best->path;
  lost_ = false;
  if (best->nominated) checks_.conclude(best->priority);
}

// RFC 7675 §5.1: without consent nothing more is sent. Another pair whose own consent is fresh takes over.
void IceAgent::expire_consent(Instant now) {
  const Pair* in_use = selected();
  if (!in_use || in_use->consent_until > now) return;
  for (Pair& pair : checks_.pairs()) {
    if (!pair.valid || pair.usable(now)) continue;
    fail(pair);
    // A controlled agent's peer has not taken its nomination back, and may not repeat it.
    pair.nominated = pair.nominated && role_ == IceRole::controlled;
  }
  if (!carried_) return;
  carried_.reset();
  select(checks_.best_usable(now), now);
}

// Nothing is usable any more: every pair gets another chance.
void IceAgent::look_again(Instant now) {
  lost_ = true;
  first_valid_at_ = kNever;
  patient_since_ = now;
  checks_.start_over();
}

IceState IceAgent::derive_state(Instant now) const {
  if (revoked_) return IceState::failed;
  if (carried_) return IceState::connecting;
  if (selected_path_) return selected_nominated_ ? IceState::ready : IceState::connected;
  const bool exhausted = now >= patience_ends() && (lite_ || checks_.unfinished() == 0);
  if (exhausted) return IceState::failed;
  if (lost_) return IceState::disconnected;
  return session_.remote_known() ? IceState::connecting : IceState::idle;
}

IceOutcome IceAgent::receive(Bytes datagram, const Path& path, Instant now, Outbox& outbox) {
  const auto message = StunMessage::parse(datagram);
  if (!message) return take_outcome(message.error());
  if (message->method != kBindingMethod) return take_outcome(DropReason::unexpected_stun);
  DropReason drop = DropReason::none;
  switch (message->type) {
    case StunClass::request:
      drop = receive_request(*message, path, now, outbox);
      break;
    case StunClass::indication:
      return take_outcome(DropReason::none);  // a keepalive (RFC 8445 §11)
    case StunClass::success:
    case StunClass::error:
      drop = receive_response(*message, path, now);
      break;
  }
  if (drop == DropReason::none) settle(now, outbox);
  IceOutcome outcome = take_outcome(drop);
  outcome.authentic = drop == DropReason::none;
  return outcome;
}

IceOutcome IceAgent::advance(Instant now, Outbox& outbox) {
  resend_checks(now, outbox);
  keep_consent(now, outbox);
  settle_doubt(now);
  settle(now, outbox);
  return take_outcome(DropReason::none);
}

void IceAgent::settle(Instant now, Outbox& outbox) {
  expire_consent(now);
  const bool had_path = selected_path_ && !carried_;
  choose(now);
  if (had_path && !selected_path_ && !revoked_) look_again(now);
  nominate(now);
  send_next_check(now, outbox);
  refresh_state(now);
  deadline_ = next_deadline(now);
}

void IceAgent::refresh_state(Instant now) {
  const IceState state = derive_state(now);
  state_changed_ = state_changed_ || state != state_;
  state_ = state;
}

// What changed is told by the next advance(), which then is due at once.
void IceAgent::changed_by_caller(Instant now) {
  refresh_state(now);
  deadline_ = state_changed_ || selected_changed_ ? now : next_deadline(now);
}

IceOutcome IceAgent::take_outcome(DropReason drop) {
  const IceOutcome outcome{
      .drop = drop, .state_changed = state_changed_, .selected_changed = selected_changed_};
  state_changed_ = selected_changed_ = false;
  return outcome;
}

}  // namespace kaskado::ice
