// A WebRTC peer of a shard: its transport and what goes through it.
#pragma once

#include "pipeline/session.hpp"
#include "transport/web_rtc_transport.hpp"

namespace kaskado::pipeline {

struct MediaPort;

class WebRtcSession final : public Session {
 public:
  // The endpoint that the session belongs to; told on the shard's thread, between datagrams.
  class Owner {
   public:
    virtual void on_transport_changes(WebRtcSession& session, const transport::TransportChanges& changes) = 0;
    // The first packet of media, or of control of it, has come in since media can be sent.
    virtual void on_media_received() = 0;
    // The shard has other ports for all sessions than before.
    virtual void on_ports_changed(WebRtcSession& session) = 0;
    // Something may have happened to the data channels of the transport, or a held one may go on. False where no more
    // of it is to be read for now: it is asked again soon.
    virtual bool on_data(WebRtcSession& session) = 0;

   protected:
    ~Owner() = default;
  };

  // `cname` names the sender in RTCP; sessions of one endpoint share it (RFC 3550 §6.5.1).
  WebRtcSession(Shard& shard, MediaElement& element, Owner& owner, transport::WebRtcTransportConfig config,
                std::string cname);
  ~WebRtcSession() override;

  transport::WebRtcTransport& transport() { return transport_; }
  const transport::WebRtcTransport& transport() const { return transport_; }
  RtpSession& rtp() { return rtp_; }
  // Media can be sent.
  bool is_open() const { return transport_.line().is_open(); }

  base::DropReason receive(base::PacketRef packet, const base::Path& path, base::Instant now,
                           base::Outbox& outbox) override;
  void end_run(base::Instant now, base::Outbox& outbox) override;
  void advance(base::Instant now, base::Outbox& outbox) override;
  void on_stream_end(const base::Path& path, base::Instant now) override;
  void on_ports_changed() override { owner_.on_ports_changed(*this); }
  base::Instant deadline() const override {
    return std::min({transport_.deadline(), rtp_.deadline(), data_again_});
  }
  bool speaks_dtls() const override { return true; }
  // Asks a TURN server for an address, by the interface of that port; the owner is told by TransportChanges::relay. False
  // where there is no port for it.
  bool open_relay(const transport::TurnServer& server, const MediaPort& interface);
  // To be called after anything else was done to the transport.
  void settle();
  void close();

  // To be called when something was done to the transport's data channels.
  void settle_data();

 private:
  RtpSession& rtp_session() override { return rtp_; }
  transport::EgressLine& line() override { return transport_.line(); }
  void on_rest(bool resting, base::Instant now) override { transport_.set_resting(resting, now); }
  void tell_owner(base::Instant now);
  void read_data(base::Instant now, base::Outbox& outbox);

  // How soon an owner that holds data up is asked again.
  static constexpr base::Duration kDataPause = std::chrono::milliseconds{10};

  Owner& owner_;
  transport::WebRtcTransport transport_;
  RtpSession rtp_;
  std::uint32_t associations_ = 0;  // those whose keys the streams know of
  bool media_received_ = false;
  bool data_came_ = false;                     // since it was read last
  base::Instant data_again_ = base::kNever;  // where the owner holds it up
};

}  // namespace kaskado::pipeline
