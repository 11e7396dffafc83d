#include "transport/rtp_transport.hpp"

#include <algorithm>
#include <cstring>

#include "base/bytes.hpp"

namespace kaskado::transport {

namespace {

using base::DropReason;

constexpr std::size_t kRtpFixedHeaderBytes = 12;  // RFC 3550 §5.1
constexpr std::size_t kRtcpHeaderBytes = 8;       // with the sender's SSRC (RFC 3550 §6.4)

bool is_version_2(base::Bytes packet) {
  return !packet.empty() && packet[0] >> 6 == 2;
}

// RFC 3550 §12.1, SR to APP: as payload types they are reserved, so that they are never RTP (RFC 3551 §6).
bool is_rtcp_anywhere(base::Bytes packet) {
  return packet.size() >= 2 && packet[1] >= 200 && packet[1] <= 204;
}

std::uint64_t soft_limit(std::uint64_t packets) {
  return packets - packets / 8;
}

}  // namespace

RtpTransport::RtpTransport(PeerId peer, RtpTransportConfig config, Demux& demux)
    : peer_(peer), config_(std::move(config)), demux_(demux), line_(config_.dscp) {
  demux_.own_port(config_.rtp_port, peer);
  if (config_.rtcp_port != config_.rtp_port) demux_.own_port(config_.rtcp_port, peer);
  if (config_.key) {
    line_.set_key(*config_.key);
  } else {
    line_.allow_clear();
  }
}

RtpTransport::~RtpTransport() {
  demux_.forget(peer_);
}

void RtpTransport::set_remote(const RtpRemote& remote) {
  remote_ = remote;
  lock_.name_sources(remote.sources);
  if (remote.key) receiver_.emplace(remote.key->master);
  aim();
}

DatagramKind RtpTransport::kind_on(const base::Path& path, base::Bytes datagram) const {
  if (!is_version_2(datagram)) return DatagramKind::unknown;
  if (is_muxed()) return kind_of(datagram);
  // Some peers send their reports to RTP's port without saying so.
  const bool is_rtcp = path.port_index != config_.rtp_port || is_rtcp_anywhere(datagram);
  return is_rtcp ? DatagramKind::rtcp : DatagramKind::rtp;
}

Received RtpTransport::receive(base::Packet& packet, const base::Path& path, base::Instant now) {
  if (!remote_ || closed_) return {DropReason::unknown_peer};
  Received received{DropReason::unknown_protocol, kind_on(path, packet.span())};
  if (received.kind == DatagramKind::rtp) received.drop = receive_rtp(packet, path, now);
  if (received.kind == DatagramKind::rtcp) received.drop = receive_rtcp(packet, path, now);
  return received;
}

DropReason RtpTransport::receive_rtp(base::Packet& packet, const base::Path& path, base::Instant now) {
  if (packet.length < kRtpFixedHeaderBytes) return DropReason::bad_rtp;
  const rtp::SequenceNumber sequence{base::load_u16(packet.bytes + 2)};
  const rtp::Ssrc ssrc{base::load_u32(packet.bytes + 8)};
  Admission admission;
  if (receiver_) {
    if (const DropReason drop = open(packet, DatagramKind::rtp); drop != DropReason::none) return drop;
    admission = lock_.admit_authentic(path.remote, ssrc, sequence, now);
  } else {
    admission = lock_.admit_rtp(path.remote, ssrc, sequence, now);
  }
  if (admission == Admission::stranger) return DropReason::rtp_stranger;
  note_received(now);
  if (admission == Admission::moved && remote_->connects) {
    remote_->rtp = path.remote;
    // RFC 3550 §11: the next higher port, until a report tells better.
    const auto next = static_cast<std::uint16_t>(path.remote.port() + 1);
    remote_->rtcp = is_muxed() ? path.remote : path.remote.with_port(next);
    aim();
  }
  return DropReason::none;
}

DropReason RtpTransport::receive_rtcp(base::Packet& packet, const base::Path& path, base::Instant now) {
  if (packet.length < kRtcpHeaderBytes) return DropReason::bad_rtcp;
  const rtp::Ssrc sender{base::load_u32(packet.bytes + 4)};
  if (receiver_) {
    if (const DropReason drop = open(packet, DatagramKind::rtcp); drop != DropReason::none) return drop;
  } else if (!lock_.admits_rtcp(path.remote, sender, now)) {
    return DropReason::rtp_stranger;
  }
  note_received(now);
  if (!remote_->connects) return DropReason::none;
  if (!is_muxed() && remote_->rtcp != path.remote) {
    remote_->rtcp = path.remote;
    aim();
  } else if (is_muxed() && !lock_.address() && remote_->rtp != path.remote) {
    // One that only receives shows itself by its reports.
    remote_->rtp = remote_->rtcp = path.remote;
    aim();
  }
  return DropReason::none;
}

srtp::OpenResult RtpTransport::open_once(base::MutableBytes packet, DatagramKind kind) {
  return kind == DatagramKind::rtp ? receiver_->open_rtp(packet) : receiver_->open_rtcp(packet);
}

// RFC 3711 §3.1: the MKI stands before the authentication tag and is not authenticated. Takes it out, and
// gives what is left; 0 where it does not stand there. Of the CM-SHA1 profiles, which are those of SDES.
std::size_t RtpTransport::without_mki(base::MutableBytes packet, DatagramKind kind) const {
  const srtp::ProfileTraits& profile = srtp::traits(receiver_->profile());
  const base::Bytes mki = remote_->key->mki.value();
  const std::size_t tag_bytes = kind == DatagramKind::rtp ? profile.rtp_tag_bytes : profile.rtcp_tag_bytes;
  if (mki.empty() || packet.size() < kRtpFixedHeaderBytes + mki.size() + tag_bytes) return 0;
  const std::size_t at = packet.size() - tag_bytes - mki.size();
  if (!std::ranges::equal(packet.subspan(at, mki.size()), mki)) return 0;
  std::memmove(packet.data() + at, packet.data() + at + mki.size(), tag_bytes);
  return packet.size() - mki.size();
}

DropReason RtpTransport::open(base::Packet& packet, DatagramKind kind) {
  srtp::OpenResult opened{DropReason::srtp_authentication};
  if (mki_use_ != MkiUse::present) opened = open_once(packet.span(), kind);
  bool present = false;
  if (opened.drop == DropReason::srtp_authentication && mki_use_ != MkiUse::absent) {
    if (const std::size_t length = without_mki(packet.span(), kind)) {
      opened = open_once(packet.span().first(length), kind);
      present = true;
    }
  }
  if (opened.drop != DropReason::none) return opened.drop;
  mki_use_ = present ? MkiUse::present : MkiUse::absent;
  packet.length = static_cast<std::uint16_t>(opened.length);
  count_opened(kind);
  return DropReason::none;
}

void RtpTransport::count_opened(DatagramKind kind) {
  const std::uint64_t lifetime = remote_->key->lifetime_packets;
  if (kind == DatagramKind::rtp) {
    if (++opened_rtp_ == soft_limit(lifetime)) changes_.key_limit = true;
  } else if (++opened_rtcp_ == soft_limit(std::min(lifetime, srtp::kMaxRtcpPackets))) {
    changes_.key_limit = true;
  }
}

void RtpTransport::note_received(base::Instant now) {
  last_received_ = now;
  heard_ = true;
  if (!std::exchange(receiving_, true)) changes_.media = true;
  if (std::exchange(timed_out_, false)) changes_.connection = true;
}

void RtpTransport::aim() {
  if (closed_ || !remote_->rtp.is_set()) return line_.close();
  const base::Path rtp{config_.rtp_port, remote_->rtp};
  line_.open(rtp, is_muxed() || !remote_->rtcp.is_set() ? rtp : base::Path{config_.rtcp_port, remote_->rtcp});
}

void RtpTransport::advance(base::Instant now) {
  if (receiving_ && now >= last_received_ + kMediaTimeout) {
    receiving_ = false;
    changes_.media = true;
  }
  if (heard_ && !timed_out_ && now >= last_received_ + kConnectionTimeout) {
    timed_out_ = true;
    changes_.connection = true;
  }
}

base::Instant RtpTransport::deadline() const {
  if (receiving_) return last_received_ + kMediaTimeout;
  return heard_ && !timed_out_ ? last_received_ + kConnectionTimeout : base::kNever;
}

void RtpTransport::close() {
  closed_ = true;
  line_.close();
}

RtpTransportChanges RtpTransport::take_changes() {
  if (line_.key_nearly_spent() && !std::exchange(own_limit_told_, true)) changes_.key_limit = true;
  return std::exchange(changes_, {});
}

}  // namespace kaskado::transport
