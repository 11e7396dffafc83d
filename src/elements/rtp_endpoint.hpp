// A peer of a pipeline that knows neither ICE nor DTLS: a camera, a SIP phone, FFmpeg, GStreamer.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "elements/base_rtp_endpoint.hpp"
#include "pipeline/plain_rtp_session.hpp"
#include "srtp/sdes.hpp"

namespace kaskado::elements {

class RtpEndpoint final : public BaseRtpEndpoint,
                          public RtpEndpointApi,
                          public pipeline::PlainRtpSession::Owner {
 public:
  // `key` is what its media is sealed with; without one all goes in the clear.
  RtpEndpoint(const pipeline::Construction& construction, const RtpEndpointParams& params,
              std::optional<srtp::MasterKey> key);
  ~RtpEndpoint() override;

  pipeline::RtpSource* source_of(pipeline::Pad pad) override;
  pipeline::RtpSink* sink_of(pipeline::Pad pad) override;
  void on_release() override;
  // An error where the endpoint has its session already: what was agreed with such a peer stands.
  pipeline::ApiResult<std::string> process_offer(std::string offer) override;

 private:
  using Session = std::unique_ptr<pipeline::PlainRtpSession>;
  struct Carrier {
    pipeline::Pad pad;
    pipeline::PlainRtpSession* session;
  };
  using Carriers = std::vector<Carrier>;

  pipeline::ApiResult<sdp::SessionDescription> make_offer(const sdp::OfferOptions& options) override;
  pipeline::ApiResult<sdp::Negotiation> answer_offer(const sdp::SessionDescription& offer) override;
  pipeline::ApiResult<sdp::Negotiation> accept_answer(const sdp::SessionDescription& offer,
                                                      const sdp::SessionDescription& answer) override;
  sdp::LocalCapabilities known_capabilities() const override { return sdp::plain_rtp_capabilities(); }
  std::vector<pipeline::RtpSession*> rtp_sessions() override;
  void on_transport_changes(pipeline::PlainRtpSession& session,
                            const transport::RtpTransportChanges& changes) override;

  sdp::TransportProfile profile() const {
    return key_ ? sdp::TransportProfile::sdes : sdp::TransportProfile::rtp;
  }
  sdp::LocalCapabilities offered_capabilities() const;
  // Where the ports of a session with the peer are opened; nullptr where the server has no address of the
  // family.
  const pipeline::MediaPort* interface_to(const base::SocketAddress& remote) const;
  pipeline::ApiResult<Session> open_session(const pipeline::MediaPort& on);
  sdp::LocalTransportParameters local_parameters(const pipeline::MediaPort& on) const;
  sdp::LocalTransport local_transport(const pipeline::PlainRtpSession& session) const;
  sdp::LocalSource local_source(sdp::MediaKind kind, pipeline::PlainRtpSession& session) const;
  // Where the peer of an m-line that was accepted is; an error where what it wrote cannot be used.
  pipeline::ApiResult<transport::RtpRemote> remote_of(const sdp::Negotiation& negotiation,
                                                      const sdp::NegotiatedMedia& media) const;
  // `sessions` are those of the m-lines, by index; of m-lines that are not accepted they are let go. What the
  // peer wrote has been found usable.
  void begin(const sdp::Negotiation& negotiation, std::vector<Session> sessions);
  static pipeline::Pad add_carrier(Carriers& carriers, pipeline::MediaType type,
                                   pipeline::PlainRtpSession& session);
  static pipeline::PlainRtpSession* carrier_of(const Carriers& carriers, pipeline::Pad pad);
  void update_states();

  const std::optional<srtp::MasterKey> key_;
  const bool use_ipv6_;
  const std::string sdp_session_id_;
  const std::string cname_;
  std::vector<Session> sessions_;  // of the m-lines, by index; none for those that are refused
  // Those that receive, and those that send, of each type in the order of their m-lines: a peer may have one
  // m-line for each direction.
  Carriers receiving_;
  Carriers sending_;
};

}  // namespace kaskado::elements
