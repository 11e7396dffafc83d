#include "loop/datagram_receiver.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "loop/loop.hpp"
#include "loop/sockaddr.hpp"

#ifndef UDP_GRO
#define UDP_GRO 104
#endif

namespace kaskado::loop {

namespace {

std::optional<std::uint32_t> control_value(const msghdr& header, int level, int type) {
  for (const cmsghdr* control = CMSG_FIRSTHDR(&header); control;
       control = CMSG_NXTHDR(const_cast<msghdr*>(&header), const_cast<cmsghdr*>(control))) {
    if (control->cmsg_level != level || control->cmsg_type != type) continue;
    std::uint32_t value;
    std::memcpy(&value, CMSG_DATA(control), sizeof value);
    return value;
  }
  return std::nullopt;
}

// The length of the datagrams in a message, which GRO tells when there is more than one.
std::size_t segment_bytes(const msghdr& header, std::size_t length) {
  const auto told = control_value(header, SOL_UDP, UDP_GRO);
  return told && *told > 0 ? *told : std::max<std::size_t>(length, 1);
}

}  // namespace

DatagramReceiver::DatagramReceiver(base::PacketPool& pool)
    : pool_(pool), overflow_(new Overflow[kMessages]) {}

void DatagramReceiver::set_options(int socket) {
  const int on = 1;
  setsockopt(socket, SOL_UDP, UDP_GRO, &on, sizeof on);
  setsockopt(socket, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
}

std::span<ReceivedDatagram> DatagramReceiver::receive(int socket, UdpCounters& counters) {
  if (!has_more() && !read_messages(socket, counters)) return {};
  std::size_t filled = 0;
  while (has_more() && filled < kBatch) filled = split(filled, counters);
  counters.datagrams_in += filled;
  return {batch_.data(), filled};
}

bool DatagramReceiver::read_messages(int socket, UdpCounters& counters) {
  messages_read_ = next_message_ = offset_ = 0;
  const std::size_t ready = prepare(socket, counters);
  if (ready == 0) return false;
  const int got = recvmmsg(socket, messages_.data(), static_cast<unsigned>(ready), MSG_DONTWAIT, nullptr);
  ++counters.receive_calls;
  if (got <= 0) return false;
  messages_read_ = static_cast<std::size_t>(got);
  drained_ = messages_read_ < ready;
  // The kernel's count since the socket was opened, once there is something to count (socket(7)).
  const auto overflows = control_value(messages_[messages_read_ - 1].msg_hdr, SOL_SOCKET, SO_RXQ_OVFL);
  if (overflows) counters.queue_overflows = *overflows;
  read_at_ = monotonic_now();
  return true;
}

std::size_t DatagramReceiver::prepare(int socket, UdpCounters& counters) {
  std::size_t ready = 0;
  for (; ready < kMessages; ++ready) {
    base::PacketRef& head = heads_[ready];
    if (!head) head = pool_.acquire();
    if (!head) break;
    vectors_[ready] = {iovec{head->bytes, sizeof head->bytes},
                       iovec{overflow_[ready].data(), kOverflowBytes}};
    msghdr& header = messages_[ready].msg_hdr;
    header = {};
    header.msg_name = &addresses_[ready];
    header.msg_namelen = sizeof addresses_[ready];
    header.msg_iov = vectors_[ready].data();
    header.msg_iovlen = vectors_[ready].size();
    header.msg_control = controls_[ready].bytes;
    header.msg_controllen = sizeof controls_[ready].bytes;
  }
  if (ready == 0) {
    // Every packet is held: read one message away, or the loop would wake for it for ever.
    std::uint8_t away;
    if (recv(socket, &away, 1, MSG_DONTWAIT) >= 0) ++counters.pool_empty;
  }
  return ready;
}

std::size_t DatagramReceiver::split(std::size_t filled, UdpCounters& counters) {
  const std::size_t message = next_message_;
  const std::size_t length = messages_[message].msg_len;
  const std::size_t segment = segment_bytes(messages_[message].msg_hdr, length);
  const base::SocketAddress from = from_sockaddr(addresses_[message]);
  const auto take = [&](base::PacketRef packet, std::size_t bytes) {
    packet->length = static_cast<std::uint16_t>(bytes);
    packet->arrived = read_at_;
    batch_[filled++] = {std::move(packet), from};
  };
  for (; offset_ < length && filled < kBatch; offset_ += segment) {
    const std::size_t bytes = std::min(segment, length - offset_);
    if (bytes > base::kMaxDatagramBytes) {
      ++counters.too_long;
      continue;
    }
    // The first datagram stands in the head. Others begin in it too, so that it is held until they are
    // copied.
    base::PacketRef packet = offset_ == 0 ? heads_[message] : pool_.acquire();
    if (!packet) {
      ++counters.pool_empty;
      continue;
    }
    if (offset_ > 0) copy_out(message, offset_, {packet->bytes, bytes});
    take(std::move(packet), bytes);
  }
  if (offset_ < length) return filled;
  heads_[message].reset();
  ++next_message_;
  offset_ = 0;
  return filled;
}

void DatagramReceiver::copy_out(std::size_t message, std::size_t offset, base::MutableBytes to) const {
  const std::size_t in_head =
      offset < base::kMaxDatagramBytes ? std::min(to.size(), base::kMaxDatagramBytes - offset) : 0;
  if (in_head) std::memcpy(to.data(), heads_[message]->bytes + offset, in_head);
  if (in_head == to.size()) return;
  const std::size_t in_overflow = offset + in_head - base::kMaxDatagramBytes;
  std::memcpy(to.data() + in_head, overflow_[message].data() + in_overflow, to.size() - in_head);
}

}  // namespace kaskado::loop
