#include "common/face_tracker.hpp"

#include <gtest/gtest.h>

#include "testing/face.hpp"

namespace kaskado::filters {

using std::chrono::milliseconds;

TEST(FaceTracker, FindsAFace) {
  FaceTracker tracker;
  TestPicture picture = with_face(320, 256, {32, 0, 256, 256});
  const auto& faces = tracker.find(picture.view(), milliseconds(0));
  ASSERT_EQ(faces.size(), 1U);
  EXPECT_TRUE(covers_face(faces[0], {32, 0, 256, 256})) << faces[0];
}

TEST(FaceTracker, FindsAFaceInALargePicture) {
  FaceTracker tracker;
  const cv::Rect place(601, 100, 700, 700);
  TestPicture picture = with_face(1921, 1081, place);
  const auto& faces = tracker.find(picture.view(), milliseconds(0));
  ASSERT_EQ(faces.size(), 1U);
  EXPECT_TRUE(covers_face(faces[0], place)) << faces[0];
}

TEST(FaceTracker, FindsNoneWhereNoneIs) {
  FaceTracker tracker;
  TestPicture picture(320, 240, kWhite);
  EXPECT_TRUE(tracker.find(picture.view(), milliseconds(0)).empty());
}

TEST(FaceTracker, GlidesToWhereTheFaceIs) {
  FaceTracker tracker;
  TestPicture left = with_face(400, 256, {0, 0, 256, 256}), right = with_face(400, 256, {24, 0, 256, 256});
  const int before = tracker.find(left.view(), milliseconds(0)).at(0).x;
  const int now = tracker.find(right.view(), milliseconds(200)).at(0).x;
  int later = 0;
  for (int ms = 210; ms < 290; ms += 10) later = tracker.find(right.view(), milliseconds(ms)).at(0).x;
  EXPECT_GT(now, before + 5);
  EXPECT_LT(now, later - 5);
  EXPECT_NEAR(later, before + 24, 8);
}

TEST(FaceTracker, RemembersAFaceForAWhile) {
  FaceTracker tracker;
  TestPicture face = with_face(320, 256, {32, 0, 256, 256}), empty(320, 256, kWhite);
  tracker.find(face.view(), milliseconds(0));
  EXPECT_EQ(tracker.find(empty.view(), milliseconds(400)).size(), 1U);
  EXPECT_EQ(tracker.find(empty.view(), milliseconds(501)).size(), 0U);
}

TEST(FaceTracker, AnySize) {
  FaceTracker tracker;
  int ms = 0;
  for (const cv::Size size : kOddSizes) {
    TestPicture picture = with_face(size.width, size.height, {0, 0, size.width, size.height});
    tracker.find(picture.view(), milliseconds(ms += 200));
    EXPECT_TRUE(picture.intact());
  }
}

}  // namespace kaskado::filters
