#include "sctp/engine.hpp"

#include <usrsctp.h>

#include <algorithm>

namespace kaskado::sctp {
namespace {

// usrsctp has one more thread, which would walk its associations for addresses that come and go. There are
// none: whatever it might want to send, it is not for us.
thread_local Engine* entered = nullptr;

// usrsctp counts in 32 bits.
constexpr base::Duration kLongestStep = std::chrono::hours{24};
constexpr base::Duration kAnotherClock = std::chrono::minutes{1};

}  // namespace

Engine& Engine::instance() {
  static Engine* const engine = new Engine;  // its thread outlives main()
  return *engine;
}

Engine::Engine() {
  usrsctp_init_nothreads(0, &Engine::on_output, nullptr);
  // What WebRTC does without: RFC 8831 §5 and §6.
  usrsctp_sysctl_set_sctp_asconf_enable(0);
  usrsctp_sysctl_set_sctp_auth_enable(0);
  usrsctp_sysctl_set_sctp_ecn_enable(0);
  usrsctp_sysctl_set_sctp_blackhole(2);  // no answers to what belongs to no association
  usrsctp_sysctl_set_sctp_initial_cwnd(10);
  usrsctp_sysctl_set_sctp_max_burst_default(10);
  // Counted against the send buffer anyway.
  usrsctp_sysctl_set_sctp_max_chunks_on_queue(4096);
}

Engine::Session::Session(base::Instant now) : engine_(instance()), lock_(engine_.mutex_) {
  entered = &engine_;
  engine_.tick(now);
}

Engine::Session::Session() : engine_(instance()), lock_(engine_.mutex_) {
  entered = &engine_;
}

Engine::Session::~Session() {
  entered = nullptr;
}

AssociationNumber Engine::Session::open() {
  const AssociationNumber number = ++engine_.last_number_;
  engine_.queues_[number];
  usrsctp_register_address(reinterpret_cast<void*>(number));
  return number;
}

void Engine::Session::close(AssociationNumber number) {
  usrsctp_deregister_address(reinterpret_cast<void*>(number));
  engine_.queues_.erase(number);
}

PacketQueue& Engine::Session::queue(AssociationNumber number) {
  return engine_.queues_[number];
}

void Engine::tick(base::Instant now) {
  const base::Duration passed = now - ticked_;
  // The first call, or another clock, as tests have one each. That of another shard may be behind by a little.
  if (passed < -kAnotherClock || ticked_ == base::Instant{}) ticked_ = now;
  if (passed < kTick || ticked_ == now) return;
  const std::int64_t passed_ms = base::to_ms(std::min(passed, kLongestStep));
  ticked_ = passed > kLongestStep ? now : ticked_ + std::chrono::milliseconds{passed_ms};
  usrsctp_handle_timers(static_cast<std::uint32_t>(passed_ms));
}

int Engine::on_output(void* address, void* packet, std::size_t length, std::uint8_t, std::uint8_t) {
  if (!entered) return 0;
  const auto found = entered->queues_.find(reinterpret_cast<AssociationNumber>(address));
  // To usrsctp what finds no room is lost on the way.
  if (found != entered->queues_.end()) found->second.push({static_cast<const std::uint8_t*>(packet), length});
  return 0;
}

}  // namespace kaskado::sctp
