// A peer of a shard without ICE and DTLS, and one m-line with it: its ports, its transport and what goes
// through it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "pipeline/session.hpp"
#include "pipeline/session_ports.hpp"
#include "transport/rtp_transport.hpp"

namespace kaskado::pipeline {

class PlainRtpSession final : public Session {
 public:
  // The endpoint that the session belongs to; told on the shard's thread, between datagrams.
  class Owner {
   public:
    virtual void on_transport_changes(PlainRtpSession& session,
                                      const transport::RtpTransportChanges& changes) = 0;

   protected:
    ~Owner() = default;
  };

  // Opens a pair of ports on the interface of `on`. Nothing where none can be had. `key` is what it seals
  // with, if it does; `cname` names the sender in RTCP.
  static std::unique_ptr<PlainRtpSession> open(Shard& shard, MediaElement& element, Owner& owner,
                                               const MediaPort& on, std::optional<srtp::MasterKey> key,
                                               std::string cname);

  const PortPair& ports() const { return ports_; }
  const transport::RtpTransport& transport() const { return *transport_; }
  RtpSession& rtp() { return *rtp_; }
  // Of the m-line.
  MediaType type() const { return type_; }
  // The m-line as negotiated, and where the peer is. Once. It is the only one here, and so the first of its
  // kind in rtp(), whichever pad of the endpoint it is.
  void begin(const sdp::NegotiatedMedia& media, const transport::RtpRemote& remote);

  base::DropReason receive(base::PacketRef packet, const base::Path& path, base::Instant now,
                           base::Outbox& outbox) override;
  void end_run(base::Instant now, base::Outbox& outbox) override;
  void advance(base::Instant now, base::Outbox& outbox) override;
  base::Instant deadline() const override { return std::min(transport_->deadline(), rtp_->deadline()); }
  // Says goodbye to the peer.
  void close();

 private:
  PlainRtpSession(Shard& shard, Owner& owner) : Session(shard), owner_(owner) {}
  RtpSession& rtp_session() override { return *rtp_; }
  transport::EgressLine& line() override { return transport_->line(); }
  void note_line(base::Instant now);
  void tell_owner();

  Owner& owner_;
  PortPair ports_;
  MediaType type_ = MediaType::audio;
  // Set by open().
  std::optional<transport::RtpTransport> transport_;
  std::optional<RtpSession> rtp_;
  bool line_open_ = false;
};

}  // namespace kaskado::pipeline
