#include "pipeline/reflexive_addresses.hpp"

#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

ReflexiveAddresses::ReflexiveAddresses(Shard& shard)
    : Timed(shard.timed()), shard_(shard), inquiry_(shard.random()) {}

ReflexiveAddresses::Ticket ReflexiveAddresses::enter(Asker& asker) {
  askers_[++last_ticket_] = &asker;
  return last_ticket_;
}

void ReflexiveAddresses::leave(Ticket ticket) {
  askers_.erase(ticket);
  inquiry_.forget(ticket);
}

void ReflexiveAddresses::ask(Ticket ticket, const base::Path& path) {
  inquiry_.ask(ticket, path, shard_.now(), shard_.outbox());
  reschedule();
}

bool ReflexiveAddresses::receive(base::Bytes datagram, const base::Path& path, base::Instant now) {
  if (!inquiry_.receive(datagram, path, now)) return false;
  hand_out();
  reschedule();
  return true;
}

void ReflexiveAddresses::advance(base::Instant now) {
  inquiry_.advance(now, shard_.outbox());
  hand_out();
}

void ReflexiveAddresses::hand_out() {
  for (const auto& answer : inquiry_.take_answers()) {
    const auto asker = askers_.find(answer.asker);
    if (asker != askers_.end()) asker->second->on_reflexive(answer.path, answer.mapped);
  }
}

}  // namespace kaskado::pipeline
