#include "elements/host_candidates.hpp"

#include "fixture.hpp"

namespace kaskado::elements::test {
namespace {

const std::vector<pipeline::MediaPort> kPorts{{3, "eth0", address("192.0.2.1", 5000)},
                                              {4, "eth0", address("2001:db8::1", 5000)},
                                              {7, "wlan0", address("198.51.100.9", 5001)},
                                              {9, "lo", address("127.0.0.1", 5002)}};

Texts told(const CandidateFilter& filter) {
  Texts texts;
  for (const HostCandidate& candidate : host_candidates(kPorts, filter)) {
    texts.push_back(std::to_string(candidate.port_index) + " " + candidate.told.address.text());
  }
  return texts;
}

TEST(HostCandidates, AreOnePerPort) {
  EXPECT_EQ(told({}),
            (Texts{"3 192.0.2.1:5000", "4 [2001:db8::1]:5000", "7 198.51.100.9:5001", "9 127.0.0.1:5002"}));
  EXPECT_TRUE(host_candidates({}, {}).empty());
}

TEST(HostCandidates, AreOfTheNamedInterfacesOnly) {
  EXPECT_EQ(told({.network_interfaces = "wlan0"}), (Texts{"7 198.51.100.9:5001"}));
  EXPECT_EQ(told({.network_interfaces = " lo , eth0"}),
            (Texts{"3 192.0.2.1:5000", "4 [2001:db8::1]:5000", "9 127.0.0.1:5002"}));
  EXPECT_EQ(told({.network_interfaces = " "}).size(), 4u);
  EXPECT_TRUE(told({.network_interfaces = "eth"}).empty());
  EXPECT_TRUE(told({.network_interfaces = "eth1,"}).empty());
}

TEST(HostCandidates, TellTheExternalAddressOfTheirFamily) {
  EXPECT_EQ(told({.network_interfaces = "eth0", .external_ipv4 = "203.0.113.5"}),
            (Texts{"3 203.0.113.5:5000", "4 [2001:db8::1]:5000"}));
  EXPECT_EQ(told({.network_interfaces = "eth0", .external_ipv6 = "2001:db8::ff"}),
            (Texts{"3 192.0.2.1:5000", "4 [2001:db8::ff]:5000"}));
  // A name, or an address of the other family, is none that could be told.
  EXPECT_EQ(
      told({.network_interfaces = "eth0", .external_ipv4 = "example.org", .external_ipv6 = "192.0.2.9"}),
      told({.network_interfaces = "eth0"}));
}

TEST(HostCandidates, AreKnownLocallyByTheAddressOfTheSocket) {
  const auto candidates = host_candidates(kPorts, {.external_ipv4 = "203.0.113.5"});
  for (std::size_t i = 0; i < kPorts.size(); ++i) EXPECT_EQ(candidates[i].local.address, kPorts[i].local);
  EXPECT_EQ(candidates[0].local.priority, candidates[0].told.priority);
}

// RFC 8445 §5.1.1.3, §5.1.2: each has a foundation and a priority of its own, the first port's being highest.
TEST(HostCandidates, DifferInFoundationAndPriority) {
  const auto candidates = host_candidates(kPorts, {});
  for (std::size_t i = 1; i < candidates.size(); ++i) {
    EXPECT_GT(candidates[i - 1].told.priority, candidates[i].told.priority);
    EXPECT_NE(candidates[i - 1].told.foundation, candidates[i].told.foundation);
  }
  EXPECT_EQ(candidates[0].told.to_string(), "candidate:1 1 UDP 2130706431 192.0.2.1 5000 typ host");
}

}  // namespace
}  // namespace kaskado::elements::test
