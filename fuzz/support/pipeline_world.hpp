// A shard with a pipeline of WebRtcEndpoints, each with a whole transport far away, on virtual time.
// Descriptions and media are the fuzzer's; ICE, DTLS and SRTP are real, so that its packets come through as a
// peer's would. What must hold is checked here.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "fuzz/support/require.hpp"
#include "fuzz/support/seeded_openssl.hpp"
#include "pipeline/shard.hpp"
#include "transport/web_rtc_transport.hpp"

namespace kaskado::fuzz {

class PipelineWorld {
 public:
  static constexpr std::size_t kEndpoints = 2;

  PipelineWorld();
  ~PipelineWorld();
  PipelineWorld(const PipelineWorld&) = delete;

  // An operation of the endpoint, as the control plane calls it; null where it was refused.
  pipeline::Value call(std::size_t endpoint, const std::string& operation,
                       pipeline::Arguments arguments = {});
  // In `description` the words UFRAG, PASSWORD and FINGERPRINT stand for those of the far transport.
  void offer(std::size_t endpoint, std::string description);
  void answer(std::size_t endpoint, std::string description);
  void add_candidate(std::size_t endpoint, const std::string& candidate, const std::string& mid);
  void connect(std::size_t source, std::size_t sink, bool connected);
  // The endpoint goes, and a new one comes in its place.
  void renew(std::size_t endpoint);
  // A packet or compound of the far peer, sealed on its way.
  void send_rtp(std::size_t endpoint, base::Bytes packet);
  void send_rtcp(std::size_t endpoint, base::Bytes compound);
  void run(base::Duration pause);

 private:
  using Octets = std::vector<std::uint8_t>;
  struct Far {
    std::string endpoint;  // the object's id
    std::string sink_of;   // what its endpoint is connected to
    std::unique_ptr<transport::Demux> demux;
    std::unique_ptr<transport::WebRtcTransport> transport;
    std::deque<Octets> to_us;
    std::deque<Octets> to_far;
  };
  static constexpr base::Duration kDelay = std::chrono::milliseconds(5);

  static pipeline::MediaConfiguration configuration();
  static base::Path far_path(std::size_t endpoint);
  pipeline::ApiResult<pipeline::Value> invoke(const std::string& object, const std::string& operation,
                                              pipeline::Arguments arguments);
  std::string with_credentials(const Far& far, std::string description) const;
  void take_description(std::size_t endpoint, const std::string& ours);
  void flush(base::Outbox& outbox);
  void collect_far(Far& far);
  void deliver();
  void receive_as_far(Far& far, base::Bytes datagram);
  void advance_due();
  base::Instant next_deadline() const;
  void go_to(base::Instant when);

  base::Instant now_{std::chrono::seconds(1000)};
  base::SeededRandom random_{1};
  pipeline::MediaConfiguration configuration_;
  base::Outbox far_outbox_{64};
  base::PacketPool far_packets_{64};
  int last_object_ = 0;
  Far far_[kEndpoints];
  pipeline::Shard shard_;
};

}  // namespace kaskado::fuzz
