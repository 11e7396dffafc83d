#include "loop/datagram_sender.hpp"

#include <netinet/in.h>
#include <netinet/udp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "loop/sockaddr.hpp"

#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

namespace kaskado::loop {

namespace {

// The kernel takes at most 64 segments, and 64 KiB with headers, in one call (udp(7), UDP_SEGMENT).
constexpr std::size_t kMaxSegments = 40;

// Appends one control message to those of `header`, whose buffer has the room.
template <typename Value>
void add_control(msghdr& header, int level, int type, Value value) {
  auto* control = reinterpret_cast<cmsghdr*>(static_cast<char*>(header.msg_control) + header.msg_controllen);
  control->cmsg_level = level;
  control->cmsg_type = type;
  control->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(control), &value, sizeof value);
  header.msg_controllen += CMSG_SPACE(sizeof value);
}

// RFC 2474 §3: the upper six bits of the IPv4 TOS octet or the IPv6 traffic class.
void add_traffic_class(msghdr& header, const base::Egress& egress) {
  const int traffic_class = egress.dscp << 2;
  if (egress.path.remote.is_v4()) {
    add_control(header, IPPROTO_IP, IP_TOS, traffic_class);
  } else {
    add_control(header, IPPROTO_IPV6, IPV6_TCLASS, traffic_class);
  }
}

// How many of `pending` go as one segmented send: datagrams of one path, mark and length, and one shorter to
// end them.
std::size_t run_length(std::span<const base::Egress> pending, std::size_t most) {
  const base::Egress& first = pending[0];
  std::size_t run = 1;
  for (; run < std::min(most, pending.size()); ++run) {
    const base::Egress& next = pending[run];
    if (next.path != first.path || next.dscp != first.dscp || next.length > first.length) break;
    if (next.length < first.length) return run + 1;
  }
  return run;
}

}  // namespace

void DatagramSender::send(const base::Outbox& outbox, std::span<const base::Egress> pending,
                          UdpCounters& counters) {
  while (!pending.empty()) {
    if (messages_used_ == kMessages || vectors_used_ == kVectors) flush(counters);
    const std::size_t room = segmentation_ ? std::min(kMaxSegments, kVectors - vectors_used_) : 1;
    const std::size_t run = run_length(pending, room);
    add(outbox, pending.first(run));
    pending = pending.subspan(run);
  }
  flush(counters);
}

void DatagramSender::add(const base::Outbox& outbox, std::span<const base::Egress> run) {
  const base::Egress& first = run[0];
  msghdr& header = messages_[messages_used_].msg_hdr;
  header = {};
  header.msg_name = &addresses_[messages_used_];
  header.msg_namelen = to_sockaddr(first.path.remote, addresses_[messages_used_]);
  header.msg_iov = &vectors_[vectors_used_];
  header.msg_iovlen = run.size();
  header.msg_control = controls_[messages_used_].bytes;
  if (run.size() > 1) add_control(header, SOL_UDP, UDP_SEGMENT, first.length);
  if (first.dscp) add_traffic_class(header, first);
  for (const base::Egress& egress : run) {
    const base::Bytes bytes = outbox.bytes(egress);
    vectors_[vectors_used_++] = {const_cast<std::uint8_t*>(bytes.data()), bytes.size()};
  }
  ++messages_used_;
}

void DatagramSender::flush(UdpCounters& counters) {
  mmsghdr* next = messages_.data();
  mmsghdr* const end = next + messages_used_;
  while (next != end) {
    const int sent = sendmmsg(socket_, next, static_cast<unsigned>(end - next), MSG_DONTWAIT);
    ++counters.send_calls;
    for (int i = 0; i < sent; ++i, ++next) {
      counters.datagrams_out += next->msg_hdr.msg_iovlen;
      if (next->msg_hdr.msg_iovlen > 1) refused_peers_used_ = 0;
    }
    if (sent >= 0 || errno == EINTR) continue;
    if (errno == EMSGSIZE && allow_fragments()) continue;
    if (next->msg_hdr.msg_iovlen > 1 && (errno == EIO || errno == EINVAL || errno == EMSGSIZE || errno == EOPNOTSUPP)) {
      note_refusal(errno, from_sockaddr(addresses_[static_cast<std::size_t>(next - messages_.data())]));
      send_one_by_one(next->msg_hdr, counters);
    } else {
      counters.send_failed += next->msg_hdr.msg_iovlen;
    }
    ++next;
  }
  messages_used_ = vectors_used_ = 0;
}

// Whether they were not before.
bool DatagramSender::allow_fragments() {
  if (std::exchange(fragments_, true)) return false;
  const int v4 = IP_PMTUDISC_DONT, v6 = IPV6_PMTUDISC_DONT;
  setsockopt(socket_, IPPROTO_IP, IP_MTU_DISCOVER, &v4, sizeof v4);
  setsockopt(socket_, IPPROTO_IPV6, IPV6_MTU_DISCOVER, &v6, sizeof v6);
  return true;
}

void DatagramSender::note_refusal(int error, const base::SocketAddress& peer) {
  // Of a segment above the path's MTU, which is the peer's own matter, kernels say either.
  if (error != EINVAL && error != EMSGSIZE) {
    segmentation_ = false;
    return;
  }
  const base::SocketAddress host = peer.with_port(0);
  const auto refused = std::span(refused_peers_).first(refused_peers_used_);
  if (!segmentation_ || std::ranges::find(refused, host) != refused.end()) return;
  refused_peers_[refused_peers_used_++] = host;
  segmentation_ = refused_peers_used_ < kMaxRefusedPeers;
}

void DatagramSender::send_one_by_one(const msghdr& run, UdpCounters& counters) {
  msghdr one = run;
  one.msg_iovlen = 1;
  // The first control message says the segment size.
  one.msg_control = static_cast<char*>(run.msg_control) + CMSG_SPACE(sizeof(std::uint16_t));
  one.msg_controllen -= CMSG_SPACE(sizeof(std::uint16_t));
  for (std::size_t k = 0; k < run.msg_iovlen; ++k) {
    one.msg_iov = &run.msg_iov[k];
    ssize_t sent = sendmsg(socket_, &one, MSG_DONTWAIT);
    if (sent < 0 && errno == EMSGSIZE && allow_fragments()) sent = sendmsg(socket_, &one, MSG_DONTWAIT);
    ++(sent < 0 ? counters.send_failed : counters.datagrams_out);
  }
}

}  // namespace kaskado::loop
