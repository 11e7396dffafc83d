// What the network has proved to one transport, worked out from the datagrams alone: who showed the password
// on which path, and where our checks were answered. Judges by it whatever the transport sends and takes.
#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "base/outbox.hpp"
#include "fuzz/support/require.hpp"
#include "ice/credentials.hpp"
#include "ice/stun.hpp"
#include "transport/datagram_kind.hpp"

namespace kaskado::fuzz {

// The datagram that a transport is given, where it answers one.
struct Arrival {
  base::Path path;
  base::Bytes datagram;
};

class TransportAudit {
 public:
  explicit TransportAudit(std::size_t mtu_bytes) : mtu_bytes_(mtu_bytes) {}

  // What signalling told. Restarts leave the former words good: the pair in use goes on with them.
  void local_credentials(const ice::Credentials& ours) {
    local_keys_.push_back(ice::StunKey::short_term(ours.password));
    ++provocations_;
  }
  void remote_credentials(const ice::Credentials& theirs) {
    remote_keys_.push_back(ice::StunKey::short_term(theirs.password));
    ++provocations_;
  }
  void remote_candidate(const base::SocketAddress& address) {
    signalled_.push_back(address);
    ++provocations_;
  }
  void closed() { closed_ = true; }

  // True where the datagram proves that its sender knows a password.
  bool note_arrival(const Arrival& arrival, base::Instant now) {
    ++provocations_;
    const auto message = ice::StunMessage::parse(arrival.datagram);
    if (!message || message->method != ice::kBindingMethod) return false;
    const bool is_request = message->type == ice::StunClass::request;
    if (message->type == ice::StunClass::indication) return false;
    const std::vector<ice::StunKey>& keys = is_request ? local_keys_ : remote_keys_;
    const auto fits = [&](const ice::StunKey& key) { return message->verify(key); };
    if (std::none_of(keys.begin(), keys.end(), fits)) return false;
    Known& known = known_at(arrival.path);
    if (is_request) {
      known.authentic = true;
      return true;
    }
    const auto asked = checks_.find(message->transaction);
    if (asked == checks_.end() || !(asked->second == arrival.path)) return false;
    known.authentic = true;
    if (message->type == ice::StunClass::success) known.consent_until = now + kConsent;
    return true;
  }

  void judge_egress(const base::Outbox& outbox, const Arrival* arrival, base::Instant now) {
    std::size_t answered_bytes = 0;
    for (const base::Egress& egress : outbox.pending()) {
      const base::Bytes bytes = outbox.bytes(egress);
      require(!bytes.empty());
      if (transport::kind_of(bytes) != transport::DatagramKind::stun) {
        judge_payload(egress.path, bytes, now);
        continue;
      }
      const auto message = ice::StunMessage::parse(bytes);
      require(message.ok() && message->has_fingerprint);
      if (message->type == ice::StunClass::request) {
        judge_check(*message, egress.path, now);
        continue;
      }
      // Answers go back where the question came from, and to an address that has proved nothing with no more
      // bytes than came from it.
      require(arrival && egress.path == arrival->path);
      answered_bytes += bytes.size();
      require(answered_bytes <= arrival->datagram.size() || has_consent(egress.path, now));
    }
  }

  bool is_authentic(const base::Path& path) const {
    const auto found = known_.find(text_of(path));
    return found != known_.end() && found->second.authentic;
  }
  bool is_signalled(const base::Path& path) const {
    return std::find(signalled_.begin(), signalled_.end(), path.remote) != signalled_.end();
  }
  // RFC 7675 §5.1: a check of ours was answered on the path, not longer ago than consent lasts.
  bool has_consent(const base::Path& path, base::Instant now) const {
    const auto found = known_.find(text_of(path));
    return found != known_.end() && now < found->second.consent_until;
  }
  // The check that went out on the path last; for the fuzzer to answer.
  std::optional<ice::TransactionId> last_check(const base::Path& path) const {
    const auto found = known_.find(text_of(path));
    if (found == known_.end() || found->second.checks == 0) return std::nullopt;
    return found->second.last_check;
  }

 private:
  static constexpr base::Duration kConsent = std::chrono::seconds(30);
  // Half of RFC 8445's least RTO: checks of one pair that nobody provoked are never nearer.
  static constexpr base::Duration kLeastSpacing = std::chrono::milliseconds(250);

  struct Known {
    bool authentic = false;
    base::Instant consent_until{};
    base::Instant first_check{};
    std::size_t checks = 0;
    ice::TransactionId last_check{};
  };

  static std::string text_of(const base::Path& path) {
    return std::to_string(path.port_index) + path.remote.text();
  }
  Known& known_at(const base::Path& path) { return known_[text_of(path)]; }

  // DTLS, SRTP and SRTCP go nowhere without consent.
  void judge_payload(const base::Path& path, base::Bytes bytes, base::Instant now) const {
    require(!closed_ && has_consent(path, now));
    require(bytes.size() <= mtu_bytes_ || transport::kind_of(bytes) != transport::DatagramKind::dtls);
  }
  void judge_check(const ice::StunMessage& check, const base::Path& path, base::Instant now) {
    require(!closed_ && (is_signalled(path) || is_authentic(path)));
    Known& known = known_at(path);
    if (known.checks++ == 0) known.first_check = now;
    const auto waited = static_cast<std::size_t>((now - known.first_check) / kLeastSpacing);
    require(known.checks <= 1 + provocations_ + waited);
    known.last_check = check.transaction;
    checks_[check.transaction] = path;
  }

  std::size_t mtu_bytes_;
  std::vector<ice::StunKey> local_keys_;
  std::vector<ice::StunKey> remote_keys_;
  std::vector<base::SocketAddress> signalled_;
  std::map<std::string, Known> known_;
  std::map<ice::TransactionId, base::Path> checks_;
  // Each may cause a check out of turn.
  std::size_t provocations_ = 0;
  bool closed_ = false;
};

}  // namespace kaskado::fuzz
