#include "ice/candidate.hpp"

#include <gtest/gtest.h>

namespace kaskado::ice {
namespace {

struct Sample {
  const char* from;
  const char* text;
  const char* written;  // by us
};

const Sample kSamples[] = {
    {"Kurento", "candidate:1 1 UDP 2015364095 127.0.0.1 3231 typ host",
     "candidate:1 1 UDP 2015364095 127.0.0.1 3231 typ host"},
    {"Kurento, prflx", "candidate:remote1 1 UDP 1847591935 127.0.0.1 35655 typ prflx",
     "candidate:remote1 1 UDP 1847591935 127.0.0.1 35655 typ prflx"},
    {"libnice, TCP active", "candidate:1 1 TCP 1010827519 127.0.0.1 9 typ host tcptype active",
     "candidate:1 1 TCP 1010827519 127.0.0.1 9 typ host tcptype active"},
    {"libnice, TCP passive, component 2",
     "candidate:3 2 TCP 1010828286 127.0.0.1 19094 typ host tcptype passive",
     "candidate:3 2 TCP 1010828286 127.0.0.1 19094 typ host tcptype passive"},
    {"Chrome, host",
     "a=candidate:4022866446 1 udp 2113937151 192.168.1.5 49203 typ host generation 0 network-id 1 "
     "network-cost 10",
     "candidate:4022866446 1 UDP 2113937151 192.168.1.5 49203 typ host"},
    {"Chrome, srflx",
     "candidate:842163049 1 udp 1677729535 203.0.113.7 46154 typ srflx raddr 192.168.1.5 rport 49203 "
     "generation 0 "
     "ufrag EEtu network-id 3 network-cost 10",
     "candidate:842163049 1 UDP 1677729535 203.0.113.7 46154 typ srflx raddr 192.168.1.5 rport 49203"},
    {"Chrome, relay",
     "candidate:2157334355 1 udp 33562367 198.51.100.9 61989 typ relay raddr 203.0.113.7 rport 46154 "
     "generation 0",
     "candidate:2157334355 1 UDP 33562367 198.51.100.9 61989 typ relay raddr 203.0.113.7 rport 46154"},
    {"Chrome, mDNS",
     "candidate:1 1 udp 2113937151 0b5b1d3c-1f0a-4b6f-9d3e-1a2b3c4d5e6f.local 50001 typ host generation 0 "
     "ufrag Yxyz "
     "network-cost 999",
     "candidate:1 1 UDP 2113937151 0b5b1d3c-1f0a-4b6f-9d3e-1a2b3c4d5e6f.local 50001 typ host"},
    {"Chrome, TCP",
     "candidate:1052353102 1 tcp 1518280447 192.168.1.5 9 typ host tcptype active generation 0",
     "candidate:1052353102 1 TCP 1518280447 192.168.1.5 9 typ host tcptype active"},
    {"Firefox, host", "candidate:0 1 UDP 2122252543 192.168.1.5 56789 typ host",
     "candidate:0 1 UDP 2122252543 192.168.1.5 56789 typ host"},
    {"Firefox, srflx of a hidden base",
     "candidate:1 1 UDP 1686052863 203.0.113.7 56789 typ srflx raddr 0.0.0.0 rport 0",
     "candidate:1 1 UDP 1686052863 203.0.113.7 56789 typ srflx raddr 0.0.0.0 rport 0"},
    {"Firefox, TCP", "candidate:2 1 TCP 2105524479 192.168.1.5 9 typ host tcptype active",
     "candidate:2 1 TCP 2105524479 192.168.1.5 9 typ host tcptype active"},
    {"Safari, IPv6",
     "candidate:3498147984 1 udp 2122262783 2001:db8::c0ff:ee 58471 typ host generation 0 ufrag Uy3M "
     "network-id 2",
     "candidate:3498147984 1 UDP 2122262783 2001:db8::c0ff:ee 58471 typ host"},
    {"GStreamer", "candidate:11 1 UDP 2015363583 fe80::1 35123 typ host",
     "candidate:11 1 UDP 2015363583 fe80::1 35123 typ host"},
    {"GStreamer, so", "candidate:9 1 TCP 1015021823 10.0.0.4 40001 typ host tcptype so",
     "candidate:9 1 TCP 1015021823 10.0.0.4 40001 typ host tcptype so"},
    {"extension without a value", "candidate:1 1 udp 1 10.0.0.1 5 typ host generation",
     "candidate:1 1 UDP 1 10.0.0.1 5 typ host"},
    {"raddr alone", "candidate:1 1 udp 1 10.0.0.1 5 typ srflx raddr 10.0.0.2",
     "candidate:1 1 UDP 1 10.0.0.1 5 typ srflx"},
    {"raddr that is a name", "candidate:1 1 udp 1 10.0.0.1 5 typ srflx raddr host.local rport 5",
     "candidate:1 1 UDP 1 10.0.0.1 5 typ srflx"},
};

TEST(Candidate, ReadsWhatTheWorldSends) {
  for (const Sample& sample : kSamples) {
    const auto candidate = Candidate::parse(sample.text);
    ASSERT_TRUE(candidate.ok()) << sample.from << ": " << candidate.error().message;
    EXPECT_EQ(candidate->to_string(), sample.written) << sample.from;
    const auto again = Candidate::parse(sample.written);
    ASSERT_TRUE(again.ok());
    EXPECT_EQ(again->to_string(), sample.written);
  }
}

TEST(Candidate, ReadsEveryField) {
  const auto candidate = Candidate::parse(kSamples[5].text);
  ASSERT_TRUE(candidate.ok());
  EXPECT_EQ(candidate->foundation, "842163049");
  EXPECT_EQ(candidate->component, 1);
  EXPECT_EQ(candidate->transport, CandidateTransport::udp);
  EXPECT_EQ(candidate->priority, 1677729535u);
  EXPECT_EQ(candidate->address.text(), "203.0.113.7:46154");
  EXPECT_EQ(candidate->type, CandidateType::server_reflexive);
  EXPECT_EQ(candidate->related.text(), "192.168.1.5:49203");
  EXPECT_EQ(candidate->tcp_type, TcpType::none);
  EXPECT_EQ(candidate->ufrag, "EEtu");
  EXPECT_TRUE(candidate->host_name.empty());
}

TEST(Candidate, KeepsHostNamesUnresolved) {
  const auto candidate = Candidate::parse("candidate:1 1 udp 1 abc.local 50001 typ host");
  ASSERT_TRUE(candidate.ok());
  EXPECT_FALSE(candidate->address.is_set());
  EXPECT_EQ(candidate->host_name, "abc.local");
  EXPECT_EQ(candidate->host_name_port, 50001);
}

TEST(Candidate, KeepsUnknownTransportsApart) {
  const auto candidate = Candidate::parse("candidate:1 1 ssltcp 1 10.0.0.1 443 typ host");
  ASSERT_TRUE(candidate.ok());
  EXPECT_EQ(candidate->transport, CandidateTransport::other);
}

TEST(Candidate, EndOfCandidates) {
  for (const char* text : {"", "  ", "\r\n", "end-of-candidates", "a=end-of-candidates"}) {
    const auto candidate = Candidate::parse(text);
    ASSERT_TRUE(candidate.ok()) << text;
    EXPECT_TRUE(candidate->is_end_of_candidates()) << text;
    EXPECT_EQ(candidate->to_string(), "");
  }
  EXPECT_FALSE(Candidate::parse(kSamples[0].text)->is_end_of_candidates());
}

TEST(Candidate, IgnoresCaseAndBlanks) {
  const auto candidate = Candidate::parse("  A=CANDIDATE:1  1 uDp 1  10.0.0.1 5 TYP Host \r\n");
  ASSERT_TRUE(candidate.ok()) << candidate.error().message;
  EXPECT_EQ(candidate->to_string(), "candidate:1 1 UDP 1 10.0.0.1 5 typ host");
}

TEST(Candidate, RefusesGarbage) {
  const std::string long_foundation(33, 'f'), long_host(254, 'h');
  const std::string bad[] = {
      "garbage",
      "candidate:",
      "candidate:1",
      "candidate:1 1",
      "candidate:1 1 udp",
      "candidate:1 1 udp 1",
      "candidate:1 1 udp 1 10.0.0.1",
      "candidate:1 1 udp 1 10.0.0.1 5",
      "candidate:1 1 udp 1 10.0.0.1 5 typ",
      "candidate:1 1 udp 1 10.0.0.1 5 typ elephant",
      "candidate:1 1 udp 1 10.0.0.1 5 tip host",
      "candidate:1 0 udp 1 10.0.0.1 5 typ host",
      "candidate:1 257 udp 1 10.0.0.1 5 typ host",
      "candidate:1 -1 udp 1 10.0.0.1 5 typ host",
      "candidate:1 1 udp 4294967296 10.0.0.1 5 typ host",
      "candidate:1 1 udp -1 10.0.0.1 5 typ host",
      "candidate:1 1 udp 1 10.0.0.1 65536 typ host",
      "candidate:1 1 udp 1 10.0.0.1 5x typ host",
      "candidate:1 1 udp 1 10.0.0.256 5 typ host",
      "candidate:1 1 udp 1 10.0.0 5 typ host",
      "candidate:1 1 udp 1 2001:db8::g 5 typ host",
      "candidate:1 1 udp 1 [::1] 5 typ host",
      "candidate:1 1 udp 1 .local 5 typ host",
      "candidate:1 1 udp 1 a/b.local 5 typ host",
      "candidate:\x01 1 udp 1 10.0.0.1 5 typ host",
      "candidate:" + long_foundation + " 1 udp 1 10.0.0.1 5 typ host",
      "candidate:1 1 udp 1 " + long_host + " 5 typ host",
      "candidate:1 1 udp 1 10.0.0.1 5 typ host" + std::string(1024, ' ') + "x y",
  };
  for (const std::string& text : bad) EXPECT_FALSE(Candidate::parse(text).ok()) << text;
}

TEST(Candidate, ErrorsNameTheField) {
  EXPECT_NE(Candidate::parse("candidate:1 1 udp 1 10.0.0.1 99999 typ host").error().message.find("port"),
            std::string::npos);
  EXPECT_NE(Candidate::parse("candidate:1 1 udp x 10.0.0.1 9 typ host").error().message.find("priority"),
            std::string::npos);
}

TEST(Candidate, Priorities) {  // RFC 8445 §5.1.2
  EXPECT_EQ(candidate_priority(CandidateType::host, 65535), 2130706431u);
  EXPECT_EQ(candidate_priority(CandidateType::peer_reflexive, 65535), 1862270975u);
  EXPECT_EQ(candidate_priority(CandidateType::server_reflexive, 65535), 1694498815u);
  EXPECT_EQ(candidate_priority(CandidateType::relayed, 65535, 2), 16777214u);
  EXPECT_EQ(peer_reflexive_priority(2130706431u), 1862270975u);
  EXPECT_EQ(pair_priority(2130706431u, 1694498815u), (1694498815ull << 32) + 2 * 2130706431ull + 1);
  EXPECT_EQ(pair_priority(1694498815u, 2130706431u), (1694498815ull << 32) + 2 * 2130706431ull);
  EXPECT_GT(pair_priority(0xffffffff, 0xffffffff), pair_priority(0xffffffff, 1));
}

}  // namespace
}  // namespace kaskado::ice
