// A WebRTC peer of a shard: its transport and what goes through it.
#pragma once

#include "pipeline/rtp_session.hpp"
#include "transport/web_rtc_transport.hpp"

namespace kaskado::pipeline {

class WebRtcSession {
 public:
  // The endpoint that the session belongs to; told on the shard's thread, between datagrams.
  class Owner {
   public:
    virtual void on_transport_changes(WebRtcSession& session, const transport::TransportChanges& changes) = 0;
    // The first packet of media, or of control of it, has come in since media can be sent.
    virtual void on_media_received() = 0;

   protected:
    ~Owner() = default;
  };

  // `cname` names the sender in RTCP; sessions of one endpoint share it (RFC 3550 §6.5.1).
  WebRtcSession(Shard& shard, MediaElement& element, Owner& owner, transport::WebRtcTransportConfig config,
                std::string cname);
  ~WebRtcSession();
  WebRtcSession(const WebRtcSession&) = delete;

  transport::PeerId id() const { return id_; }
  transport::WebRtcTransport& transport() { return transport_; }
  const transport::WebRtcTransport& transport() const { return transport_; }
  RtpSession& rtp() { return rtp_; }
  // Media can be sent.
  bool is_open() const { return transport_.line().is_open(); }

  base::DropReason receive(base::PacketRef packet, const base::Path& path, base::Instant now, base::Outbox& outbox);
  // Behind the last datagram of a run: forwards what it brought, and tells the owner what has changed.
  void end_run(base::Instant now, base::Outbox& outbox);
  void advance(base::Instant now, base::Outbox& outbox);
  base::Instant deadline() const { return std::min(transport_.deadline(), rtp_.deadline()); }
  // Media goes out on a line that had rested.
  void wake(base::Instant now);
  // To be called after anything else was done to the transport.
  void settle();
  void close();

 private:
  void tell_owner(base::Instant now);
  void settle_rest(base::Instant now);

  Shard& shard_;
  Owner& owner_;
  const transport::PeerId id_;
  transport::WebRtcTransport transport_;
  RtpSession rtp_;
  std::uint32_t associations_ = 0;  // those whose keys the streams know of
  bool media_received_ = false;
  bool resting_ = false;
};

}  // namespace kaskado::pipeline
