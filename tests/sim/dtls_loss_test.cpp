// The DTLS handshake over a network that loses, delays, repeats and swaps its datagrams, one by one: in each
// role, with offers of either side, and with a key whose flights take several datagrams.
#include "scene.hpp"

namespace kaskado::sim {
namespace {

struct Call {
  const char* name;
  bool server_offers = false;
  sdp::Setup setup = sdp::Setup::actpass;  // of the peer's offer or answer
  const char* key_type = "ECDSA";          // of the server
};

void PrintTo(const Call& call, std::ostream* out) {
  *out << call.name;
}

// What happens to the n-th DTLS datagram of both directions together, counted from 0.
using Plan = std::function<Treatment(int n)>;

struct Handshake {
  Duration took{};
  int datagrams = 0;
  int dropped_by_server = 0;
};

// Calls, with media of the peer that comes back to it, and expects all of it to be there in the end.
Handshake expect_connects(const Call& call, const Plan& plan, Duration within) {
  Scene scene(1);
  Handshake handshake;
  scene.network.treat = [&](const Datagram& datagram) {
    if (datagram.kind() != transport::DatagramKind::dtls) return Treatment{};
    return plan(handshake.datagrams++);
  };
  // The peer may send long before the server has keys; a wrap in that time could not be seen (RFC 3711
  // §3.3.1).
  SimPeer& peer = scene.add_peer({.publishes = true, .setup = call.setup, .first_video_sequence = 1000});
  const std::string endpoint = scene.server.make_endpoint(scene.pipeline, call.key_type);
  scene.server.connect(endpoint, endpoint);
  call.server_offers ? peer.be_called(endpoint) : peer.call(endpoint);
  peer.start_media();
  const Instant begin = scene.network.now();
  EXPECT_TRUE(scene.connect(within));
  handshake.took = scene.network.now() - begin;
  scene.run_for(1s);
  EXPECT_EQ(scene.server.events_of(endpoint, {"DtlsConnectionStateChange"}),
            (std::vector<std::string>{"DtlsConnectionStateChange NEW", "DtlsConnectionStateChange CONNECTING",
                                      "DtlsConnectionStateChange CONNECTED"}));
  scene.drain();
  for (const rtp::MediaKind kind : {rtp::MediaKind::video, rtp::MediaKind::audio}) {
    EXPECT_GT(scene.expect_stream(peer, peer, kind).arrived, 20);
  }
  handshake.dropped_by_server = static_cast<int>(scene.server.drops().of(base::DropReason::bad_dtls));
  EXPECT_EQ(scene.server.drops().of(base::DropReason::srtp_authentication), 0u);
  scene.network.treat = nullptr;
  scene.expect_clean_end();
  return handshake;
}

class DtlsCall : public testing::TestWithParam<Call> {
 protected:
  static constexpr Duration kLongest = 10s;
  static Treatment untouched(int) { return {}; }
  // With nothing lost.
  int datagrams() { return expect_connects(GetParam(), untouched, kLongest).datagrams; }
};

TEST_P(DtlsCall, ConnectsAtOnce) {
  const Handshake handshake = expect_connects(GetParam(), untouched, kLongest);
  // Checks of ICE, then two round trips.
  EXPECT_LE(handshake.took, 300ms);
  EXPECT_GE(handshake.datagrams, 4);
  EXPECT_EQ(handshake.dropped_by_server, 0);
}

TEST_P(DtlsCall, EachDatagramMayBeLost) {
  const int all = datagrams();
  for (int lost = 0; lost < all; ++lost) {
    SCOPED_TRACE("without datagram " + std::to_string(lost));
    const Handshake handshake = expect_connects(
        GetParam(), [&](int n) { return Treatment{.lose = n == lost}; }, kLongest);
    EXPECT_GT(handshake.datagrams, lost);
    // One retransmission timer.
    EXPECT_LE(handshake.took, 800ms);
  }
}

TEST_P(DtlsCall, EachTwoDatagramsMayBeLost) {
  const int all = datagrams();
  for (int first = 0; first < all; ++first) {
    // The second may be one that is sent only because of the first.
    for (int second = first + 1; second < all + 2; ++second) {
      SCOPED_TRACE("without datagrams " + std::to_string(first) + " and " + std::to_string(second));
      const Handshake handshake = expect_connects(
          GetParam(), [&](int n) { return Treatment{.lose = n == first || n == second}; }, kLongest);
      EXPECT_LE(handshake.took, 2s);
    }
  }
}

TEST_P(DtlsCall, EachDatagramMayComeLateOrTwice) {
  const int all = datagrams();
  const Treatment treatments[] = {{.hold = 30ms}, {.hold = 1s}, {.copies = 1}, {.hold = 90ms, .copies = 3}};
  for (int which = 0; which < all; ++which) {
    for (const Treatment& treatment : treatments) {
      SCOPED_TRACE("datagram " + std::to_string(which) + " is held for " +
                   std::to_string(base::to_us(treatment.hold)) + " us, copies " +
                   std::to_string(treatment.copies));
      const Handshake handshake = expect_connects(
          GetParam(), [&](int n) { return n == which ? treatment : Treatment{}; }, kLongest);
      EXPECT_LE(handshake.took, 800ms);
    }
  }
}

TEST_P(DtlsCall, SurvivesAllOfItAtRandom) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    base::SeededRandom random(seed);
    expect_connects(
        GetParam(),
        [&](int) {
          return Treatment{.lose = random.unit() < 0.25,
                           .hold = std::chrono::milliseconds(random.below(150)),
                           .copies = random.unit() < 0.25 ? 1 : 0};
        },
        30s);
  }
}

INSTANTIATE_TEST_SUITE_P(Each, DtlsCall,
                         testing::Values(Call{"OfferActpass"}, Call{"OfferActive", false, sdp::Setup::active},
                                         Call{"OfferPassive", false, sdp::Setup::passive},
                                         Call{"AnswerActive", true, sdp::Setup::active},
                                         Call{"AnswerPassive", true, sdp::Setup::passive},
                                         Call{"RsaActpass", false, sdp::Setup::actpass, "RSA"},
                                         Call{"RsaAnswerActive", true, sdp::Setup::active, "RSA"}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace kaskado::sim
