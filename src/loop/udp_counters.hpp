#pragma once

#include <cstdint>

namespace kaskado::loop {

// What has gone through one socket, and what could not. Owned by its loop.
struct UdpCounters {
  std::uint64_t datagrams_in = 0;
  std::uint64_t datagrams_out = 0;
  std::uint64_t receive_calls = 0;
  std::uint64_t send_calls = 0;
  std::uint64_t too_long = 0;     // did not fit a packet
  std::uint64_t pool_empty = 0;   // came in while no packet was free
  std::uint64_t queue_overflows = 0;  // came in faster than they were read, as the kernel counts
  std::uint64_t send_failed = 0;  // refused by the kernel: no buffer, no route

  UdpCounters& operator+=(const UdpCounters& other) {
    datagrams_in += other.datagrams_in;
    datagrams_out += other.datagrams_out;
    receive_calls += other.receive_calls;
    send_calls += other.send_calls;
    too_long += other.too_long;
    pool_empty += other.pool_empty;
    queue_overflows += other.queue_overflows;
    send_failed += other.send_failed;
    return *this;
  }
};

}  // namespace kaskado::loop
