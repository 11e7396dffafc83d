#include "elements/speaker_contest.hpp"

#include <gtest/gtest.h>

namespace kaskado::elements {
namespace {

using Floor = std::optional<std::string>;

class Contest : public testing::Test {
 protected:
  Contest() {
    for (const char* id : {"ann", "bob"}) EXPECT_TRUE(contest.add(id));
  }
  // Ten packets of each, so loud.
  Floor turn(std::uint8_t ann, std::uint8_t bob) {
    for (int i = 0; i < 10; ++i) contest.hear("ann", ann), contest.hear("bob", bob);
    return contest.turn();
  }
  // Who takes the floor within so many turns.
  Floor turns(int count, std::uint8_t ann, std::uint8_t bob) {
    Floor taken;
    for (int i = 0; i < count; ++i) {
      if (const Floor now = turn(ann, bob)) taken = now;
    }
    return taken;
  }

  SpeakerContest contest;
};

TEST_F(Contest, WhoSpeaksTakesTheFloorOnce) {
  EXPECT_EQ(turns(5, 100, 10), "ann");
  EXPECT_EQ(turns(20, 100, 10), Floor());
  EXPECT_EQ(turns(5, 10, 100), "bob");
}

TEST_F(Contest, SilenceChangesNothing) {
  EXPECT_EQ(turns(20, 20, 60), Floor());
  EXPECT_EQ(turns(5, 100, 20), "ann");
  EXPECT_EQ(turns(20, 0, 70), Floor());
}

TEST_F(Contest, ACoughIsNotEnough) {
  turns(5, 100, 10);
  EXPECT_EQ(turn(100, 120), Floor());
  EXPECT_EQ(turns(10, 100, 10), Floor());
}

TEST_F(Contest, WhoIsOnlyALittleLouderWaits) {
  turns(5, 100, 10);
  EXPECT_EQ(turns(20, 100, 102), Floor());
}

TEST_F(Contest, WhoLeavesLosesTheFloor) {
  turns(5, 100, 90);
  contest.remove("ann");
  EXPECT_EQ(turns(5, 100, 90), "bob") << "of ann nothing is heard any more";
}

TEST_F(Contest, HasABound) {
  for (std::size_t i = 2; i < SpeakerContest::kMostSpeakers; ++i) EXPECT_TRUE(contest.add(std::to_string(i)));
  EXPECT_FALSE(contest.add("one more"));
  EXPECT_TRUE(contest.add("ann"));
}

}  // namespace
}  // namespace kaskado::elements
