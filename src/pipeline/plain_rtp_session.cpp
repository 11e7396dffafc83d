#include "pipeline/plain_rtp_session.hpp"

#include <utility>

#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

std::unique_ptr<PlainRtpSession> PlainRtpSession::open(Shard& shard, MediaElement& element, Owner& owner,
                                                       const MediaPort& on,
                                                       std::optional<srtp::MasterKey> key,
                                                       std::string cname) {
  std::unique_ptr<PlainRtpSession> session(new PlainRtpSession(shard, owner));
  auto ports = shard.open_port_pair(session->id(), on);
  if (!ports) return nullptr;
  session->ports_ = std::move(*ports);
  transport::RtpTransportConfig config{
      .rtp_port = session->ports_.rtp.index, .rtcp_port = session->ports_.rtcp.index, .key = std::move(key)};
  transport::RtpTransport& transport =
      session->transport_.emplace(session->id(), std::move(config), shard.demux());
  session->rtp_.emplace(shard, element, transport.line(), std::move(cname));
  transport.line().wake_by(shard.woken(), session->id());
  return session;
}

void PlainRtpSession::begin(const sdp::NegotiatedMedia& media, const transport::RtpRemote& remote) {
  type_ = media.kind == sdp::MediaKind::audio ? MediaType::audio : MediaType::video;
  if (remote.rtp.is_multicast()) {
    for (const MediaPort& port : {ports_.rtp, ports_.rtcp})
      shard().set_multicast_hops(port, remote.multicast_hops);
  }
  sdp::NegotiatedMedia only = media;
  only.number = 0;
  rtp_->configure({only});
  transport_->set_remote(remote);
  note_line(shard().now());
  shard().reschedule(*this);
}

base::DropReason PlainRtpSession::receive(base::PacketRef packet, const base::Path& path, base::Instant now,
                                          base::Outbox& outbox) {
  const transport::Received received = transport_->receive(*packet, path, now);
  if (received.drop != base::DropReason::none) return received.drop;
  if (received.kind == transport::DatagramKind::rtp) return rtp_->receive_rtp(std::move(packet), now);
  return rtp_->receive_rtcp(packet->span(), now, outbox);
}

void PlainRtpSession::end_run(base::Instant now, base::Outbox& outbox) {
  rtp_->end_run(outbox);
  note_line(now);
  tell_owner();
  // Feedback that the run has made due goes with it, not a timer's tick later.
  if (rtp_->deadline() <= now) rtp_->advance(now, outbox);
  settle_rest(now);
}

void PlainRtpSession::advance(base::Instant now, base::Outbox& outbox) {
  if (transport_->deadline() <= now) transport_->advance(now);
  if (rtp_->deadline() <= now) rtp_->advance(now, outbox);
  tell_owner();
  settle_rest(now);
}

void PlainRtpSession::close() {
  rtp_->say_goodbye(shard().outbox());
  transport_->close();
}

// A peer that connects has shown where it is.
void PlainRtpSession::note_line(base::Instant now) {
  if (transport_->line().is_open() && !std::exchange(line_open_, true)) rtp_->start(now);
}

void PlainRtpSession::tell_owner() {
  const transport::RtpTransportChanges changes = transport_->take_changes();
  if (changes.any()) owner_.on_transport_changes(*this, changes);
}

}  // namespace kaskado::pipeline
