#include "pipeline/web_rtc_session.hpp"

#include <utility>

#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

WebRtcSession::WebRtcSession(Shard& shard, MediaElement& element, Owner& owner,
                             transport::WebRtcTransportConfig config, std::string cname)
    : Session(shard),
      owner_(owner),
      transport_(id(), std::move(config), shard.demux(), shard.random()),
      rtp_(shard, element, transport_.line(), std::move(cname)) {
  transport_.line().wake_by(shard.woken(), id());
}

WebRtcSession::~WebRtcSession() {
  for (const auto& relay : transport_.relays()) shard().set_relay(relay->index(), nullptr);
}

void WebRtcSession::on_stream_end(const base::Path& path, base::Instant now) {
  transport_.note_stream_end(path);
  tell_owner(now);
}

bool WebRtcSession::open_relay(const transport::TurnServer& server, const MediaPort& interface) {
  const TurnCarrier carrier = server.transport == transport::TurnTransport::udp   ? TurnCarrier::udp
                              : server.transport == transport::TurnTransport::tcp ? TurnCarrier::tcp
                                                                                  : TurnCarrier::tls;
  const auto ports = shard().open_relay_ports(id(), interface, carrier);
  if (!ports) return false;
  transport::Relay& relay = transport_.add_relay(server, ports->carrier.index, ports->index);
  shard().set_relay(relay.index(), &relay);
  relay.client().start(shard().now(), shard().outbox());
  return true;
}

base::DropReason WebRtcSession::receive(base::PacketRef packet, const base::Path& path, base::Instant now,
                                        base::Outbox& outbox) {
  const transport::Received received = transport_.receive(*packet, path, now, outbox);
  data_came_ |= received.kind == transport::DatagramKind::dtls;
  if (associations_ != transport_.associations()) {
    associations_ = transport_.associations();
    rtp_.restart_indices();
  }
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
  tell_owner(now);
  if (data_came_) read_data(now, outbox);
  if (is_open() && rtp_.last_received() == now && !std::exchange(media_received_, true)) owner_.on_media_received();
  // Feedback that the run has made due goes with it, not a timer's tick later.
  if (rtp_.deadline() <= now) rtp_.advance(now, outbox);
  settle_rest(now);
}

void WebRtcSession::advance(base::Instant now, base::Outbox& outbox) {
  data_came_ |= transport_.deadline() <= now || data_again_ <= now;
  if (transport_.deadline() <= now) transport_.advance(now, outbox);
  if (rtp_.deadline() <= now) rtp_.advance(now, outbox);
  tell_owner(now);
  if (data_came_) read_data(now, outbox);
  settle_rest(now);
}

// Only what came by DTLS, or time, can have brought any.
void WebRtcSession::read_data(base::Instant now, base::Outbox& outbox) {
  data_came_ = false;
  if (!transport_.data()) {
    data_again_ = base::kNever;
    return;
  }
  data_again_ = owner_.on_data(*this) ? base::kNever : now + kDataPause;
  transport_.flush_data(now, outbox);
}

void WebRtcSession::settle_data() {
  transport_.flush_data(shard().now(), shard().outbox());
  shard().reschedule(*this);
}

void WebRtcSession::settle() {
  tell_owner(shard().now());
  shard().reschedule(*this);
}

void WebRtcSession::close() {
  rtp_.say_goodbye(shard().outbox());
  transport_.close(shard().now(), shard().outbox());
  // The relays carry it, and may be gone before the outbox is sent otherwise.
  if (!transport_.relays().empty()) shard().flush();
}

void WebRtcSession::tell_owner(base::Instant now) {
  const transport::TransportChanges changes = transport_.take_changes();
  if (!changes.any()) return;
  if (changes.dtls_state && transport_.dtls_state() == dtls::DtlsState::connected) rtp_.start(now);
  media_received_ &= is_open();
  owner_.on_transport_changes(*this, changes);
}

}  // namespace kaskado::pipeline
