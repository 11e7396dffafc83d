#include "transport/demux.hpp"

#include <gtest/gtest.h>

#include <array>

#include "ice/stun_writer.hpp"

namespace kaskado::transport {
namespace {

constexpr std::array<std::uint8_t, 4> kRtp{0x80, 96, 0, 1};

base::Path path(std::uint16_t port, std::uint16_t port_index = 0) {
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
  ASSERT_TRUE(demux.claim(path(1), 2));
  EXPECT_EQ(demux.find(path(1), Check("abcd", "efgh").bytes()), 1u);
  EXPECT_EQ(demux.find(path(1), kRtp), 2u);
  // A fragment of nobody's is not looked for by path: the check is for another server, or too late.
  EXPECT_EQ(demux.find(path(1), Check("efgh", "abcd").bytes()), std::nullopt);
}

TEST(Demux, FindsNobodyByAFragmentThatIsLongerThanAnyOfOurs) {
  Demux demux;
  const std::string longest(Demux::kMaxFragmentBytes, 'f');
  demux.add_user_fragment(longest, 1);
  EXPECT_EQ(demux.find(path(1), Check(longest, "efgh").bytes()), 1u);
  EXPECT_EQ(demux.find(path(1), Check(longest + "f", "efgh").bytes()), std::nullopt);
  EXPECT_EQ(demux.find(path(1), Check(longest.substr(1), "efgh").bytes()), std::nullopt);
}

TEST(Demux, FindsAnswersToChecksByThePath) {
  Demux demux;
  std::array<std::uint8_t, 256> memory{};
  ASSERT_TRUE(demux.claim(path(1), 3));
  EXPECT_EQ(demux.find(path(1), response(memory)), 3u);
}

TEST(Demux, TellsPortsOfTheShardApart) {
  Demux demux;
  ASSERT_TRUE(demux.claim(path(1, 0), 1));
  ASSERT_TRUE(demux.claim(path(1, 1), 2));
  ASSERT_TRUE(demux.claim(path(1, 4000), 3));
  ASSERT_TRUE(demux.claim(path(1, 4000 + 256), 4));
  EXPECT_EQ(demux.find(path(1, 0), kRtp), 1u);
  EXPECT_EQ(demux.find(path(1, 1), kRtp), 2u);
  EXPECT_EQ(demux.find(path(1, 4000), kRtp), 3u);
  EXPECT_EQ(demux.find(path(1, 4000 + 256), kRtp), 4u);
  EXPECT_EQ(demux.paths(), 4u);
}

TEST(Demux, NobodyTakesAPathFromAnother) {
  Demux demux;
  EXPECT_TRUE(demux.may_claim(path(1), 2));
  ASSERT_TRUE(demux.claim(path(1), 1));
  EXPECT_TRUE(demux.claim(path(1), 1)) << "it is the peer's own";
  EXPECT_FALSE(demux.claim(path(1), 2));
  EXPECT_TRUE(demux.may_claim(path(1), 1));
  EXPECT_FALSE(demux.may_claim(path(1), 2));
  EXPECT_EQ(demux.find(path(1), kRtp), 1u);
  demux.forget(2);  // which has asked, and not got it
  EXPECT_EQ(demux.find(path(1), kRtp), 1u);
  demux.forget(1);
  EXPECT_TRUE(demux.claim(path(1), 2));
  EXPECT_EQ(demux.find(path(1), kRtp), 2u);
}

TEST(Demux, APathBetweenSharedPortsIsNobodys) {
  Demux demux;
  demux.add_shared_port(0, path(1000).remote);
  demux.add_shared_port(1, path(2000).remote);
  for (const std::uint16_t from : {0, 1}) {
    for (const std::uint16_t to : {1000, 2000}) {
      EXPECT_FALSE(demux.may_claim(path(to, from), 1)) << from << " to " << to;
      EXPECT_FALSE(demux.claim(path(to, from), 1));
    }
  }
  EXPECT_EQ(demux.paths(), 0u);
  // From and to a port that one session has to itself, it is known whose it is.
  EXPECT_TRUE(demux.claim(path(1000, 2), 1));
  EXPECT_TRUE(demux.claim(path(3000, 0), 2));
  EXPECT_EQ(demux.find(path(1000, 2), kRtp), 1u);
  EXPECT_EQ(demux.find(path(3000, 0), kRtp), 2u);
}

TEST(Demux, ForgetsAllOfAPeer) {
  Demux demux;
  demux.add_user_fragment("one", 1);
  demux.add_user_fragment("two", 1);
  demux.add_user_fragment("other", 2);
  ASSERT_TRUE(demux.claim(path(1), 1));
  ASSERT_TRUE(demux.claim(path(2), 1));
  ASSERT_TRUE(demux.claim(path(3), 2));
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
  ASSERT_TRUE(demux.claim(path(1), 1));
  demux.forget(1);
  ASSERT_TRUE(demux.claim(path(2), 1));
  EXPECT_EQ(demux.find(path(1), kRtp), std::nullopt);
  EXPECT_EQ(demux.find(path(2), kRtp), 1u);
}

TEST(Demux, APeerHasItsFillOfPathsAndGetsMoreWhenItLetsSomeGo) {
  Demux demux;
  const auto last = static_cast<std::uint16_t>(Demux::kMaxPathsPerPeer);
  for (std::uint16_t i = 1; i <= last; ++i) {
    EXPECT_FALSE(demux.has_fill(1));
    ASSERT_TRUE(demux.claim(path(i), 1));
  }
  EXPECT_TRUE(demux.has_fill(1));
  const std::uint16_t next = last + 1;
  EXPECT_FALSE(demux.claim(path(next), 1));
  EXPECT_EQ(demux.find(path(next), kRtp), std::nullopt);
  EXPECT_TRUE(demux.claim(path(1), 1)) << "what it has it keeps";
  EXPECT_TRUE(demux.claim(path(next), 2)) << "and others have theirs";
  demux.retain_paths(1, [](const base::Path& kept) { return kept.remote.port() % 2 == 0; });
  EXPECT_EQ(demux.paths(), Demux::kMaxPathsPerPeer / 2 + 1);
  EXPECT_EQ(demux.find(path(1), kRtp), std::nullopt);
  EXPECT_EQ(demux.find(path(2), kRtp), 1u);
  EXPECT_TRUE(demux.claim(path(1), 3));
  EXPECT_FALSE(demux.has_fill(1));
  EXPECT_FALSE(demux.has_fill(77));
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
