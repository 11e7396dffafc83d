#include "loop/sender_queues.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <utility>

#include "base/seeded_hash.hpp"

namespace kaskado::loop {

namespace {

// Makes each the next of the one before.
template <typename Items>
std::uint16_t chain(Items& items, std::uint16_t none) {
  for (std::size_t i = 0; i < items.size(); ++i)
    items[i].next = i + 1 < items.size() ? static_cast<std::uint16_t>(i + 1) : none;
  return 0;
}

}  // namespace

SenderQueues::SenderQueues(std::size_t most, std::uint64_t seed)
    : seed_(seed), waiting_(most), senders_(most), homes_(std::bit_ceil(2 * most), kNone) {
  assert(most > 0 && most < kNone);
  free_waiting_ = chain(waiting_, kNone);
  free_senders_ = chain(senders_, kNone);
}

std::uint16_t& SenderQueues::home_of(const base::Path& path) {
  return homes_[base::mix(path, seed_) & (homes_.size() - 1)];
}

void SenderQueues::push(std::uint16_t port_index, ReceivedDatagram datagram) {
  assert(room() > 0);
  Sender& sender = senders_[sender_of({port_index, datagram.from})];
  const std::uint16_t place = std::exchange(free_waiting_, waiting_[free_waiting_].next);
  waiting_[place].datagram = std::move(datagram);
  waiting_[place].next = kNone;
  (sender.count == 0 ? sender.first : waiting_[sender.last].next) = place;
  sender.last = place;
  ++sender.count;
  ++size_;
}

std::uint16_t SenderQueues::sender_of(const base::Path& path) {
  // Mostly the one of the datagram before.
  if (back_ != kNone && senders_[back_].path == path) return back_;
  std::uint16_t& home = home_of(path);
  for (std::uint16_t known = home; known != kNone; known = senders_[known].next_in_home) {
    if (senders_[known].path == path) return known;
  }
  const std::uint16_t sender = std::exchange(free_senders_, senders_[free_senders_].next);
  senders_[sender] = {.path = path, .next_in_home = std::exchange(home, sender)};
  stand_in_line(sender);
  return sender;
}

void SenderQueues::stand_in_line(std::uint16_t sender) {
  senders_[sender].next = kNone;
  (front_ == kNone ? front_ : senders_[back_].next) = sender;
  back_ = sender;
}

// One that has nothing waiting and no place in the line.
void SenderQueues::leave(std::uint16_t sender) {
  std::uint16_t* place = &home_of(senders_[sender].path);
  while (*place != sender) place = &senders_[*place].next_in_home;
  *place = senders_[sender].next_in_home;
  senders_[sender].next = std::exchange(free_senders_, sender);
}

ReceivedDatagram SenderQueues::pop(Sender& sender) {
  const std::uint16_t place = sender.first;
  sender.first = waiting_[place].next;
  waiting_[place].next = std::exchange(free_waiting_, place);
  --sender.count;
  --size_;
  return std::move(waiting_[place].datagram);
}

SenderQueues::Batch SenderQueues::take() {
  if (empty()) return {};
  const std::uint16_t port_index = senders_[front_].path.port_index;
  std::size_t taken = 0;
  while (front_ != kNone) {
    const std::uint16_t turn = front_;
    Sender& sender = senders_[turn];
    const bool fits = sender.count <= kBatch - taken;
    if (sender.path.port_index != port_index || (taken > 0 && !fits)) break;
    front_ = sender.next;
    while (sender.count > 0 && taken < kBatch) batch_[taken++] = pop(sender);
    fits ? leave(turn) : stand_in_line(turn);
    if (!fits) break;
  }
  if (front_ == kNone) back_ = kNone;
  return {port_index, std::span(batch_).first(taken)};
}

void SenderQueues::forget(std::uint16_t port_index) {
  std::uint16_t next = std::exchange(front_, kNone);
  back_ = kNone;
  while (next != kNone) {
    const std::uint16_t sender = std::exchange(next, senders_[next].next);
    if (senders_[sender].path.port_index != port_index) {
      stand_in_line(sender);
      continue;
    }
    while (senders_[sender].count > 0) pop(senders_[sender]);
    leave(sender);
  }
}

}  // namespace kaskado::loop
