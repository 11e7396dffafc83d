#include "pipeline/web_rtc_session.hpp"

#include <utility>

#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

WebRtcSession::WebRtcSession(Shard& shard, MediaElement& element, Owner& owner,
                             std::shared_ptr<const dtls::Certificate> certificate, ice::IceRole role)
    : shard_(shard),
      owner_(owner),
      id_(shard.attach(*this)),
      transport_(id_, std::move(certificate), role, static_cast<std::size_t>(shard.configuration().mtu_bytes),
                 shard.demux(), shard.random()),
      rtp_(shard, element, transport_.line()) {}

WebRtcSession::~WebRtcSession() { shard_.detach(id_); }

base::DropReason WebRtcSession::receive(base::PacketRef packet, const base::Path& path, base::Instant now,
                                        base::Outbox& outbox) {
  const transport::Received received = transport_.receive(*packet, path, now, outbox);
  if (received.drop != base::DropReason::none) return received.drop;
  if (received.kind == transport::DatagramKind::stun) rtp_.set_rtt(transport_.ice().round_trip());
  switch (received.kind) {
    case transport::DatagramKind::rtp: return rtp_.receive_rtp(std::move(packet), now);
    case transport::DatagramKind::rtcp: return rtp_.receive_rtcp(packet->span(), now, outbox);
    default: return base::DropReason::none;
  }
}

void WebRtcSession::end_run(base::Instant now, base::Outbox& outbox) {
  rtp_.end_run(outbox);
  if (!media_received_ && rtp_.last_received() > media_since_) {
    media_received_ = true;
    owner_.on_media_received();
  }
  tell_owner(now);
  // Feedback that the run has made due goes with it, not a timer's tick later.
  if (rtp_.deadline() <= now) rtp_.advance(now, outbox);
}

void WebRtcSession::advance(base::Instant now, base::Outbox& outbox) {
  if (transport_.deadline() <= now) transport_.advance(now, outbox);
  if (rtp_.deadline() <= now) rtp_.advance(now, outbox);
  tell_owner(now);
}

void WebRtcSession::settle() {
  tell_owner(shard_.now());
  shard_.reschedule(*this);
}

void WebRtcSession::close() {
  rtp_.say_goodbye(shard_.outbox());
  transport_.close(shard_.now(), shard_.outbox());
}

void WebRtcSession::tell_owner(base::Instant now) {
  const transport::TransportChanges changes = transport_.take_changes();
  if (!changes.any()) return;
  if (changes.dtls_state && transport_.dtls_state() == dtls::DtlsState::connected) rtp_.start(now);
  if (!transport_.line().is_open()) {
    media_received_ = false;
    media_since_ = now;
  }
  owner_.on_transport_changes(changes);
}

}  // namespace kaskado::pipeline
