#include "sdp/media_numbers.hpp"

#include "fixture.hpp"

namespace kaskado::sdp {
namespace {

using enum MediaKind;

// "v" and "a" are m-lines that are accepted, "-" is one of video that is not.
std::vector<NegotiatedMedia> negotiated(std::string_view m_lines) {
  std::vector<NegotiatedMedia> media;
  for (const char m_line : m_lines) {
    NegotiatedMedia& each = media.emplace_back();
    each.index = media.size() - 1;
    each.kind = m_line == 'a' ? audio : video;
    if (m_line == '-') each.refusal = Refusal::port_zero;
  }
  return media;
}

class MediaNumbersTest : public testing::Test {
 protected:
  // The numbers of those that are accepted.
  std::string assign(std::string_view m_lines) {
    std::vector<NegotiatedMedia> media = negotiated(m_lines);
    changed = numbers.assign(media);
    std::string text;
    for (const NegotiatedMedia& each : media) text += each.accepted() ? std::to_string(each.number) : "-";
    return text;
  }

  MediaNumbers numbers;
  bool changed = false;
};

TEST_F(MediaNumbersTest, CountEachKindByItself) {
  EXPECT_EQ(assign("avvav"), "00112");
  EXPECT_TRUE(changed);
  EXPECT_EQ(numbers.of(0, audio), 0);
  EXPECT_EQ(numbers.of(3, audio), 1);
  EXPECT_EQ(numbers.of(4, video), 2);
}

TEST_F(MediaNumbersTest, OneOfEachKindIsAsWasToBeExpected) {
  EXPECT_EQ(assign("-va"), "-00");
  EXPECT_FALSE(changed);
}

TEST_F(MediaNumbersTest, AreKeptWhateverBecomesOfOthers) {
  EXPECT_EQ(assign("vvv"), "012");
  EXPECT_EQ(assign("-vv"), "-12");
  EXPECT_FALSE(changed);
  EXPECT_EQ(assign("--vv"), "--20") << "the lowest that is free";
  EXPECT_EQ(assign("vvvv"), "1320");
}

TEST_F(MediaNumbersTest, OfAnMLineThatIsOfAnotherKindNowBeginAnew) {
  EXPECT_EQ(assign("vv"), "01");
  EXPECT_EQ(numbers.of(1, audio), 0);
  EXPECT_EQ(assign("va"), "00");
  EXPECT_FALSE(changed);
}

TEST_F(MediaNumbersTest, OfOurOfferStandWhateverIsRefused) {
  SessionDescription offer;
  for (const MediaKind kind : {audio, video, video, application}) offer.media.emplace_back().kind = kind;
  numbers.assign(offer);
  EXPECT_EQ(numbers.of(2, video), 1);
  std::vector<NegotiatedMedia> media = negotiated("a-v");
  EXPECT_FALSE(numbers.assign(media));
  EXPECT_EQ(media[2].number, 1);
}

TEST_F(MediaNumbersTest, OfUnknownMLinesAreTheFirst) {
  EXPECT_EQ(numbers.of(7, video), 0);
}

}  // namespace
}  // namespace kaskado::sdp
