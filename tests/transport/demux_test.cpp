#include "transport/demux.hpp"

#include <gtest/gtest.h>

#include <array>

#include "ice/stun_writer.hpp"

namespace kaskado::transport {
namespace {

constexpr std::array<std::uint8_t, 4> kRtp{0x80, 96, 0, 1};

base::Path path(std::uint16_t port, std::uint8_t port_index = 0) {
  return {port_index, base::SocketAddress::v4({192, 0, 2, 9}, port)};
}

class Check {
 public:
  Check(std::string_view receiver, std::string_view sender) {
    ice::StunWriter writer(bytes_, ice::StunClass::request, {});
    writer.username(receiver, sender);
    message_ = writer.finish();
  }
  base::Bytes bytes() const { return message_; }

 private:
  std::array<std::uint8_t, 256> bytes_{};
  base::Bytes message_;
};

base::Bytes response(std::array<std::uint8_t, 256>& memory) {
  ice::StunWriter writer(memory, ice::StunClass::success, {});
  return writer.finish();
}

TEST(Demux, FindsNobodyAtFirst) {
  const Demux demux;
  EXPECT_EQ(demux.find(path(1), kRtp), std::nullopt);
  EXPECT_EQ(demux.find(path(1), {}), std::nullopt);
  EXPECT_EQ(demux.find(path(1), Check("abcd", "efgh").bytes()), std::nullopt);
}

TEST(Demux, FindsByTheUserFragmentBeforeThePath) {
  Demux demux;
  demux.add_user_fragment("abcd", 1);
  demux.learn(path(1), 2);
  EXPECT_EQ(demux.find(path(1), Check("abcd", "efgh").bytes()), 1u);
  EXPECT_EQ(demux.find(path(1), kRtp), 2u);
  // A fragment of nobody's is not looked for by path: the check is for another server, or too late.
  EXPECT_EQ(demux.find(path(1), Check("efgh", "abcd").bytes()), std::nullopt);
}

TEST(Demux, FindsAnswersToChecksByThePath) {
  Demux demux;
  std::array<std::uint8_t, 256> memory{};
  demux.expect(path(1), 3);
  EXPECT_EQ(demux.find(path(1), response(memory)), 3u);
}

TEST(Demux, TellsPortsOfTheShardApart) {
  Demux demux;
  demux.learn(path(1, 0), 1);
  demux.learn(path(1, 1), 2);
  EXPECT_EQ(demux.find(path(1, 0), kRtp), 1u);
  EXPECT_EQ(demux.find(path(1, 1), kRtp), 2u);
  EXPECT_EQ(demux.paths(), 2u);
}

TEST(Demux, LearningTakesAPathOverAndExpectingDoesNot) {
  Demux demux;
  demux.learn(path(1), 1);
  demux.expect(path(1), 2);
  EXPECT_EQ(demux.find(path(1), kRtp), 1u);
  demux.learn(path(1), 2);
  EXPECT_EQ(demux.find(path(1), kRtp), 2u);
  demux.forget(1);  // which has lost it already
  EXPECT_EQ(demux.find(path(1), kRtp), 2u);
}

TEST(Demux, ForgetsAllOfAPeer) {
  Demux demux;
  demux.add_user_fragment("one", 1);
  demux.add_user_fragment("two", 1);
  demux.add_user_fragment("other", 2);
  demux.learn(path(1), 1);
  demux.expect(path(2), 1);
  demux.learn(path(3), 2);
  demux.forget(1);
  EXPECT_EQ(demux.paths(), 1u);
  EXPECT_EQ(demux.find(path(1), kRtp), std::nullopt);
  EXPECT_EQ(demux.find(path(9), Check("one", "x").bytes()), std::nullopt);
  EXPECT_EQ(demux.find(path(9), Check("two", "x").bytes()), std::nullopt);
  EXPECT_EQ(demux.find(path(9), Check("other", "x").bytes()), 2u);
  demux.forget(1);
  demux.forget(77);
  EXPECT_EQ(demux.find(path(3), kRtp), 2u);
}

TEST(Demux, TheIdOfAForgottenPeerStartsAnew) {
  Demux demux;
  demux.learn(path(1), 1);
  demux.forget(1);
  demux.learn(path(2), 1);
  EXPECT_EQ(demux.find(path(1), kRtp), std::nullopt);
  EXPECT_EQ(demux.find(path(2), kRtp), 1u);
}

TEST(Demux, TheOldestPathMakesRoom) {
  Demux demux;
  for (std::size_t i = 0; i < Demux::kMaxPathsPerPeer + 1; ++i)
    demux.learn(path(static_cast<std::uint16_t>(i + 1)), 1);
  EXPECT_EQ(demux.paths(), Demux::kMaxPathsPerPeer);
  EXPECT_EQ(demux.find(path(1), kRtp), std::nullopt);
  EXPECT_EQ(demux.find(path(2), kRtp), 1u);
  EXPECT_EQ(demux.find(path(Demux::kMaxPathsPerPeer + 1), kRtp), 1u);
}

TEST(Demux, KeepsTheUserFragmentsThatAreWanted) {
  Demux demux;
  for (const char* ufrag : {"old", "carried", "new"}) demux.add_user_fragment(ufrag, 1);
  demux.retain_user_fragments(1, [](const std::string& ufrag) { return ufrag != "old"; });
  EXPECT_EQ(demux.find(path(1), Check("old", "x").bytes()), std::nullopt);
  EXPECT_EQ(demux.find(path(1), Check("carried", "x").bytes()), 1u);
  EXPECT_EQ(demux.find(path(1), Check("new", "x").bytes()), 1u);
}

}  // namespace
}  // namespace kaskado::transport
