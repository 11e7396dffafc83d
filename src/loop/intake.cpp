#include "loop/intake.hpp"

#include <uv.h>

#include <algorithm>
#include <utility>

#include "loop/loop.hpp"

namespace kaskado::loop {

struct Intake::Hooks {
  uv_check_t check;  // each round, behind all reading
  uv_idle_t idle;    // while datagrams wait, so that the loop does not
  Intake* owner;
  int open = 2;

  static void closed(uv_handle_t* handle) {
    auto* hooks = static_cast<Hooks*>(handle->data);
    if (--hooks->open == 0) delete hooks;
  }
};

Intake::Intake(Loop& loop, base::PacketPool& pool, std::uint64_t seed, DatagramHandler& handler,
               std::size_t most_waiting)
    : loop_(loop), handler_(handler), receiver_(pool), queues_(most_waiting, seed), hooks_(new Hooks) {
  hooks_->owner = this;
  hooks_->check.data = hooks_->idle.data = hooks_;
  uv_check_init(loop.raw(), &hooks_->check);
  uv_idle_init(loop.raw(), &hooks_->idle);
  uv_check_start(&hooks_->check,
                 [](uv_check_t* handle) { static_cast<Hooks*>(handle->data)->owner->end_round(); });
  uv_unref(reinterpret_cast<uv_handle_t*>(&hooks_->check));
}

Intake::~Intake() {
  uv_close(reinterpret_cast<uv_handle_t*>(&hooks_->check), Hooks::closed);
  uv_close(reinterpret_cast<uv_handle_t*>(&hooks_->idle), Hooks::closed);
}

void Intake::on_readable(std::uint16_t port_index, int socket, UdpCounters& counters) {
  loop_.before_read();
  if (queues_.room() >= kBatch) read(port_index, socket, counters);
  work();
}

void Intake::read(std::uint16_t port_index, int socket, UdpCounters& counters) {
  do {
    const std::uint64_t overflows = counters.queue_overflows;
    const std::span<ReceivedDatagram> datagrams = receiver_.receive(socket, counters);
    if (datagrams.empty()) return;
    note_senders(datagrams);
    if (counters.queue_overflows != overflows) handler_.on_queue_overflow(datagrams.front().packet->arrived);
    while (queues_.room() < datagrams.size()) deal_with_some(monotonic_now());
    for (ReceivedDatagram& datagram : datagrams) queues_.push(port_index, std::move(datagram));
  } while (receiver_.has_more() || (!receiver_.has_drained() && queues_.room() >= kBatch));
}

void Intake::note_senders(std::span<const ReceivedDatagram> datagrams) {
  std::uint32_t senders = 0, run = 0, longest_run = 0;
  for (std::size_t i = 0; i < datagrams.size(); ++i) {
    const bool same = i > 0 && datagrams[i].from == datagrams[i - 1].from;
    senders += !same;
    run = same ? run + 1 : 1;
    longest_run = std::max(longest_run, run);
  }
  loop_.note_read(datagrams.front().packet->arrived, senders, longest_run);
}

void Intake::work() {
  base::Instant now = monotonic_now();
  if (turn_began_ == base::kNever) turn_began_ = now;
  while (!queues_.empty() && now - turn_began_ < kLongestTurn) {
    deal_with_some(now);
    now = monotonic_now();
  }
  if (queues_.empty()) {
    uv_idle_stop(&hooks_->idle);
  } else {
    uv_idle_start(&hooks_->idle, [](uv_idle_t*) {});
  }
}

void Intake::deal_with_some(base::Instant now) {
  const SenderQueues::Batch batch = queues_.take();
  handler_.on_batch(batch.port_index, batch.datagrams, now);
}

void Intake::end_round() {
  // Nothing came, and there may be something left.
  if (turn_began_ == base::kNever && !queues_.empty()) work();
  turn_began_ = base::kNever;
}

}  // namespace kaskado::loop
