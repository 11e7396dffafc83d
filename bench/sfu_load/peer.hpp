// One peer of the generator: negotiates one m-line with the server, and then publishes or views one stream
// over it.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "peer_transport.hpp"
#include "publisher.hpp"
#include "recorder.hpp"
#include "rtp/nack_generator.hpp"
#include "rtp/report_schedule.hpp"
#include "sdp/negotiation.hpp"
#include "stream_check.hpp"

namespace kaskado::bench {

struct PeerSpec {
  std::uint32_t id = 0;
  bool publishes = false;
  bool audio = false;
  std::uint32_t source = 0;  // of a viewer: the id of the publisher whose packets it is to get
  codec::CodecId video_codec = codec::CodecId::vp8;
  // A publisher of coded pictures: their file, and where it is written when each was sent (FramesPlan).
  std::string frames;
  std::string sent_log;
  // A viewer of what the server has made: its packets are no publisher's. They may be recorded.
  bool transcoded = false;
  std::string record;
};

class Peer {
 public:
  static base::Result<std::unique_ptr<Peer>> make(const PeerSpec& spec, Surroundings& shared,
                                                  ice::IceRole role, base::Instant now);
  Peer(const Peer&) = delete;

  const PeerSpec& spec() const { return spec_; }
  // Either we offer, or the server does. Candidates of the server may come in its description or later.
  std::string offer();
  base::Result<void> take_answer(const std::string& text, base::Instant now);
  base::Result<std::string> answer(const std::string& text, base::Instant now);
  base::Result<void> add_candidate(const std::string& text, base::Instant now);

  // Reads what has come, lets time pass and reports. Latencies of sampled packets go into `latency`, if there
  // is one.
  void visit(base::Instant now, Histogram* latency);
  void close(base::Instant now) { transport_.close(now); }

  PeerTransport& transport() { return transport_; }
  Publisher* publisher() { return publisher_ ? &*publisher_ : nullptr; }
  // Of a viewer.
  const StreamCheck* check() const { return check_ ? &*check_ : nullptr; }
  Recorder* recorder() { return recorder_.get(); }
  base::Result<void> start(const SendPlan& plan, base::Instant first);
  std::uint64_t bad_rtcp() const { return bad_rtcp_; }

 private:
  Peer(const PeerSpec& spec, Surroundings& shared, PeerSocket socket, ice::IceRole role, base::Instant now);
  sdp::LocalCapabilities capabilities() const;
  sdp::LocalTransportParameters parameters() const;
  base::Result<void> take(const sdp::Negotiation& negotiation, base::Instant now);
  void receive(Datagram& datagram, base::Instant now, Histogram* latency);
  void receive_rtp(Datagram& datagram, base::Instant now, Histogram* latency);
  void receive_rtcp(base::MutableBytes packet, base::Instant now);
  void report_where_due(base::Instant now);
  // Nothing where no media has come or gone yet.
  void report(base::Instant now);
  void ask_again_where_due(base::Instant now);
  rtp::ReportBlock report_block(base::Instant now) const;

  const PeerSpec spec_;
  Surroundings& shared_;
  PeerTransport transport_;
  std::optional<sdp::SessionDescription> offered_;
  std::optional<Publisher> publisher_;
  std::optional<StreamCheck> check_;
  std::optional<rtp::NackGenerator> nacks_;
  std::unique_ptr<Recorder> recorder_;
  std::shared_ptr<const IvfFile> frames_;
  rtp::ReportSchedule reports_;
  rtp::NtpTime last_sender_report_;
  base::Instant sender_report_at_ = base::kNever;
  std::uint64_t bad_rtcp_ = 0;
};

}  // namespace kaskado::bench
