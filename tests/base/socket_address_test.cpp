#include "base/socket_address.hpp"

#include <gtest/gtest.h>

namespace kaskado::base {
namespace {

TEST(SocketAddress, ParsesNumbersAndRefusesNames) {
  EXPECT_EQ(SocketAddress::parse("192.0.2.1", 80)->text(), "192.0.2.1:80");
  EXPECT_EQ(SocketAddress::parse("2001:db8::1", 80)->text(), "[2001:db8::1]:80");
  EXPECT_FALSE(SocketAddress::parse("localhost", 80));
  EXPECT_FALSE(SocketAddress::parse("", 80));
  EXPECT_FALSE(SocketAddress::parse("1.2.3.4.5", 80));
  EXPECT_FALSE(SocketAddress::parse(std::string(200, '1'), 80));
}

TEST(SocketAddress, KnowsItsKind) {
  EXPECT_TRUE(SocketAddress::parse("127.0.0.1", 1)->is_loopback());
  EXPECT_TRUE(SocketAddress::parse("::1", 1)->is_loopback());
  EXPECT_TRUE(SocketAddress::parse("fe80::1", 1)->is_link_local());
  EXPECT_TRUE(SocketAddress::parse("0.0.0.0", 1)->is_unspecified());
  EXPECT_TRUE(SocketAddress::parse("224.0.0.251", 1)->is_multicast());
  EXPECT_FALSE(SocketAddress::parse("192.0.2.1", 1)->is_loopback());
}

TEST(SocketAddress, EqualOnlyWithPort) {
  const auto a = *SocketAddress::parse("192.0.2.1", 1);
  EXPECT_EQ(a, *SocketAddress::parse("192.0.2.1", 1));
  EXPECT_FALSE(a == a.with_port(2));
  EXPECT_NE(a.hash(), a.with_port(2).hash());
}

}  // namespace
}  // namespace kaskado::base
