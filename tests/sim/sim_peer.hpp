// A test peer in a browser's place: publishes synthetic audio and video, receives with NACKs, and talks to
// the server as a client does, by SDP texts and trickled candidates.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "media_receiver.hpp"
#include "media_sender.hpp"
#include "peer_transport.hpp"
#include "rtp/header_extension.hpp"
#include "rtp/transport_cc.hpp"
#include "sdp/negotiation.hpp"
#include "sim_server.hpp"

namespace kaskado::sim {

// One of several encodings of the published video (RFC 8853).
struct SentEncoding {
  std::string rid;
  std::size_t packets_a_frame = 1;
  std::size_t payload_bytes = 700;
};

struct PeerOptions {
  std::uint32_t number = 1;  // its name in packet ids, and part of its seeds
  std::uint64_t seed = 1;
  LinkShape up;
  LinkShape down;
  std::vector<SocketAddress> addresses;  // 10.0.x.y:5000 where none are given
  bool publishes = false;
  bool receives = true;
  bool audio = true;
  bool video = true;
  bool data = false;
  sdp::Setup setup = sdp::Setup::actpass;       // what its offers say
  std::uint64_t first_video_sequence = 65'200;  // it wraps soon
  Duration video_interval = 33ms;
  bool reports_transport_wide = false;  // what it receives
  bool takes_retransmissions = false;   // of video, as a stream of their own (RFC 4588)
  bool follows_remb = false;            // sends video of as much as it is told
  std::vector<SentEncoding> encodings;  // more than one, or none
};

// What RTCP told, apart from what the streams keep.
struct HeardRtcp {
  std::map<rtp::Ssrc, std::string> cnames;
  std::vector<rtp::Ssrc> goodbyes;
  std::vector<std::pair<Instant, std::uint64_t>> rembs_bps;
  std::map<rtp::Ssrc, rtp::ReportBlock> blocks;  // the newest
  int receiver_reports = 0;
  int transport_feedbacks = 0;
};

// What has happened on data channels.
struct HeardData {
  std::vector<sctp::ChannelId> opened;
  std::vector<sctp::ChannelId> closed;
  std::vector<sctp::ChannelMessage> messages;
};

class SimPeer final : public Host {
 public:
  SimPeer(VirtualNetwork& network, SimServer& server, const PeerOptions& options);
  ~SimPeer() override;
  SimPeer(const SimPeer&) = delete;

  // Offers to the endpoint, takes its answer, and gives and takes candidates.
  void call(const std::string& endpoint);
  // Takes the endpoint's offer instead.
  void be_called(const std::string& endpoint);
  // A new offer with new ICE credentials, to the same endpoint.
  void restart_ice();
  // A new offer with other directions of all media.
  void offer_again(bool publishes, bool receives);
  // A new offer that stops the media of a kind, or has it again.
  void offer_again_without(rtp::MediaKind kind);
  void offer_again_with(rtp::MediaKind kind);
  void start_media();
  void stop_media();
  // Asks for at most this, from now on each second.
  void set_remb_bps(std::uint64_t bitrate_bps) { remb_bps_ = bitrate_bps; }
  void hang_up() { transport_.close(); }
  // One compound of what `write` puts behind a report and a name.
  void send_rtcp(const std::function<void(rtp::RtcpBuilder&)>& write);

  const std::string& endpoint() const { return endpoint_; }
  PeerTransport& transport() { return transport_; }
  bool connected() const { return transport_.connected(); }
  const std::vector<SocketAddress>& addresses() const { return addresses_; }
  // nullptr where not negotiated.
  MediaSender* sender(rtp::MediaKind kind);
  MediaReceiver* receiver(rtp::MediaKind kind);
  MediaSender& video_out() { return *sender(rtp::MediaKind::video); }
  MediaReceiver& video_in() { return *receiver(rtp::MediaKind::video); }
  const HeardRtcp& heard() const { return heard_; }
  // Packets that came as retransmissions although they were there.
  int fillers() const { return fillers_; }

  // Of a connected peer with data.
  sctp::ChannelId open_channel(const sctp::ChannelParameters& parameters);
  void close_channel(sctp::ChannelId id);
  sctp::DataChannels::SendResult send_message(sctp::ChannelId id, std::string_view text);
  const HeardData& heard_data() const { return heard_data_; }

  void receive(std::span<Datagram> batch, Instant now) override;
  void advance(Instant now) override;
  Instant deadline() const override;
  void overhear(const Datagram& datagram, Instant now, const Fate& fate) override;

 private:
  sdp::LocalTransportParameters parameters() const;
  sdp::LocalCapabilities capabilities() const;
  sdp::SessionDescription description() const;
  void take(const sdp::Negotiation& negotiation);
  void read_data(Instant now);
  void list_encodings(sdp::MediaDescription& media) const;
  void open_encodings(const sdp::NegotiatedMedia& media);
  void open_sender(const sdp::NegotiatedMedia& media, rtp::MediaKind kind);
  void offer();
  void exchange_candidates();
  void receive_rtp(base::Bytes packet, Instant now);
  void receive_retransmission(rtp::RtpHeader header, base::Bytes payload, Instant now);
  void receive_rtcp(base::Bytes packet, Instant now);
  void receive(const rtp::ReportBlocks& blocks);
  void send_feedback(Instant now);
  void send_reports(Instant now);
  MediaSender* sender_of(rtp::Ssrc ssrc);
  MediaReceiver* receiver_of(rtp::Ssrc ssrc);

  VirtualNetwork& network_;
  SimServer& server_;
  PeerOptions options_;
  std::vector<SocketAddress> addresses_;
  base::SeededRandom random_;
  PeerTransport transport_;
  std::string endpoint_;
  std::string cname_;
  std::string mid_;  // any of the session's
  std::uint64_t sdp_version_ = 0;
  std::set<rtp::MediaKind> stopped_;
  bool sending_ = false;  // from start_media() to stop_media()
  std::vector<MediaSender> senders_;
  std::vector<MediaReceiver> receivers_;
  std::uint16_t transport_sequence_ = 0;
  Instant next_report_ = base::kNever;
  std::uint64_t remb_bps_ = 0;
  rtp::ExtensionMap received_extensions_;
  rtp::TransportCcReceiver transport_cc_;
  struct Retransmissions {
    rtp::Ssrc ssrc;
    rtp::Ssrc original;
    rtp::PayloadType payload_type;  // of what they repeat
  };
  Retransmissions retransmissions_{};
  int fillers_ = 0;
  HeardRtcp heard_;
  HeardData heard_data_;
};

}  // namespace kaskado::sim
