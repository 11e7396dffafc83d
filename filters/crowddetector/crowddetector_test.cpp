#include <gtest/gtest.h>

#include <stdexcept>

#include "crowd_meter.hpp"
#include "testing/test_picture.hpp"

namespace kaskado::filters {

namespace {

CrowdRegion square(const std::string& id, float left = 0.25F, float right = 0.75F) {
  CrowdRegion region;
  region.id = id;
  region.points = {{left, 0.25F}, {right, 0.25F}, {right, 0.75F}, {left, 0.75F}};
  return region;
}

// A floor with `people`, textured as clothes are, at so many pixels from their places.
class Floor {
 public:
  explicit Floor(std::vector<cv::Rect> people) : people_(std::move(people)), clothes_(300, 400, CV_8UC1) {
    cv::RNG random(3);
    for (int y = 0; y < clothes_.rows; y += 5) {
      for (int x = 0; x < clothes_.cols; x += 5)
        clothes_(cv::Rect(x, y, 5, 5))
            .setTo(random.uniform(0, 2) ? random.uniform(20, 70) : random.uniform(170, 230));
    }
  }
  TestPicture picture(cv::Point moved = {}) const {
    TestPicture picture(320, 240, Colour::from_rgb(120, 120, 120));
    for (const cv::Rect& person : people_) {
      const cv::Rect seen = (person + moved) & picture.view().bounds();
      cv::Mat place = picture.view().luma()(seen);
      clothes_(seen - moved).copyTo(place);
    }
    return picture;
  }

 private:
  std::vector<cv::Rect> people_;
  cv::Mat clothes_;
};

const cv::Rect kHalf{80, 60, 80, 120};  // half of the square

struct Seen {
  std::vector<CrowdMeter::Occupancy> occupancy;
  std::vector<CrowdMeter::Fluidity> fluidity;
  std::vector<CrowdMeter::Direction> direction;
};

void note(const std::vector<CrowdMeter::Event>& events, Seen& seen) {
  for (const CrowdMeter::Event& event : events) {
    if (const auto* o = std::get_if<CrowdMeter::Occupancy>(&event)) seen.occupancy.push_back(*o);
    if (const auto* f = std::get_if<CrowdMeter::Fluidity>(&event)) seen.fluidity.push_back(*f);
    if (const auto* d = std::get_if<CrowdMeter::Direction>(&event)) seen.direction.push_back(*d);
  }
}

// After pictures of the empty floor, so many in which the people move so many pixels each.
Seen watch(CrowdMeter& meter, const Floor& floor, int pictures, cv::Point step = {}) {
  Seen seen;
  for (int i = 0; i < 5; ++i) note(meter.process(Floor({}).picture().view()), seen);
  for (int i = 0; i < pictures; ++i) {
    TestPicture picture = floor.picture(step * i);
    note(meter.process(picture.view()), seen);
  }
  return seen;
}

std::string problem_with(const std::vector<CrowdRegion>& regions) {
  try {
    CrowdMeter meter(regions);
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "";
}

double told_direction(cv::Point step, int offset = 0) {
  CrowdRegion region = square("r", 0, 1);
  region.direction.wanted = true;
  region.direction.angle_offset = offset;
  CrowdMeter meter({region});
  const Seen seen = watch(meter, Floor({{120, 80, 80, 80}}), 10, step);
  EXPECT_EQ(seen.direction.size(), 1U);
  return seen.direction.empty() ? -1 : seen.direction[0].degrees;
}

}  // namespace

TEST(CrowdMeter, TellsHowFullARegionIs) {
  CrowdMeter meter({square("middle"), square("edge", 0.9F, 1)});
  const Seen seen = watch(meter, Floor({kHalf}), 20);
  ASSERT_EQ(seen.occupancy.size(), 1U);
  EXPECT_EQ(seen.occupancy[0].region, "middle");
  EXPECT_EQ(seen.occupancy[0].level, 2);
  EXPECT_NEAR(seen.occupancy[0].percentage, 50, 6);
}

TEST(CrowdMeter, TellsWhenARegionIsEmptyAgain) {
  CrowdMeter meter({square("middle")});
  Seen seen = watch(meter, Floor({{70, 50, 180, 140}}), 20);
  ASSERT_EQ(seen.occupancy.size(), 1U);
  EXPECT_EQ(seen.occupancy[0].level, 3);
  seen = watch(meter, Floor({}), 20);
  ASSERT_EQ(seen.occupancy.size(), 1U);
  EXPECT_EQ(seen.occupancy[0].level, 0);
}

TEST(CrowdMeter, ALevelHasToLast) {
  CrowdRegion region = square("middle");
  region.occupancy.pictures = 12;
  CrowdMeter meter({region});
  EXPECT_TRUE(watch(meter, Floor({kHalf}), 11).occupancy.empty());
  EXPECT_TRUE(watch(meter, Floor({kHalf}), 11).occupancy.empty());
  EXPECT_EQ(watch(meter, Floor({kHalf}), 12).occupancy.size(), 1U);
}

TEST(CrowdMeter, ACrowdThatStandsHasNoFluidity) {
  CrowdMeter meter({square("middle")});
  EXPECT_TRUE(watch(meter, Floor({kHalf}), 20).fluidity.empty());
}

TEST(CrowdMeter, ACrowdThatWalksHasFluidity) {
  CrowdMeter meter({square("middle")});
  const Seen seen = watch(meter, Floor({kHalf}), 20, {2, 0});
  ASSERT_EQ(seen.fluidity.size(), 1U);
  EXPECT_EQ(seen.fluidity[0].level, 3);
  EXPECT_GT(seen.fluidity[0].percentage, 80);
}

TEST(CrowdMeter, TellsTheFourWays) {
  EXPECT_EQ(told_direction({-3, 0}), 0);
  EXPECT_EQ(told_direction({0, -3}), 90);
  EXPECT_EQ(told_direction({3, 0}), 180);
  EXPECT_EQ(told_direction({0, 3}), 270);
}

TEST(CrowdMeter, TurnsTheFourWaysByTheOffset) {
  EXPECT_EQ(told_direction({-3, -3}, 45), 45);
  EXPECT_EQ(told_direction({-3, 3}, 45), 315);
  EXPECT_EQ(told_direction({3, 0}, 360 * 1000 + 20), 200);
}

TEST(CrowdMeter, TellsNoDirectionUnlessWanted) {
  CrowdMeter meter({square("r", 0, 1)});
  EXPECT_TRUE(watch(meter, Floor({{120, 80, 80, 80}}), 10, {-3, 0}).direction.empty());
}

TEST(CrowdMeter, AnySizeAndWidth) {
  CrowdRegion region = square("r", 0, 1);
  region.direction.wanted = true;
  CrowdMeter meter({region});
  for (const int width : {CrowdMeter::kLeastWidth, 320, CrowdMeter::kMostWidth}) {
    meter.set_width(width);
    for (const cv::Size size : kOddSizes) {
      for (int i = 0; i < 4; ++i) {
        TestPicture picture(size.width, size.height, i % 2 ? kWhite : kBlack);
        meter.process(picture.view());
        EXPECT_TRUE(picture.intact());
      }
    }
  }
}

TEST(CrowdMeter, LeavesThePictureAsItIs) {
  CrowdMeter meter({square("r")});
  const Floor floor({kHalf});
  for (int i = 0; i < 3; ++i) {
    TestPicture picture = floor.picture();
    meter.process(picture.view());
    EXPECT_TRUE(picture == floor.picture());
  }
}

TEST(CrowdMeter, SaysWhatIsWrongWithARegion) {
  EXPECT_NE(problem_with({square("1st")}).find("'id'"), std::string::npos);
  EXPECT_NE(problem_with({square("a"), square("a")}).find("'id'"), std::string::npos);
  CrowdRegion region = square("r");
  region.points.pop_back();
  region.points.pop_back();
  EXPECT_NE(problem_with({region}).find("'points'"), std::string::npos);
  region = square("r");
  region.points[0].x = 1.5F;
  EXPECT_NE(problem_with({region}).find("'x'"), std::string::npos);
  region = square("r");
  region.occupancy.med = 5;
  EXPECT_NE(problem_with({region}).find("'occupancyLevelMin'"), std::string::npos);
  region = square("r");
  region.fluidity.pictures = 0;
  EXPECT_NE(problem_with({region}).find("'fluidityNumFramesToEvent'"), std::string::npos);
  region = square("r");
  region.direction.pictures_to_reset = 0;
  EXPECT_NE(problem_with({region}).find("'opticalFlowNumFramesToReset'"), std::string::npos);
  EXPECT_NE(problem_with(std::vector<CrowdRegion>(33, square("r"))).find("32"), std::string::npos);
  CrowdMeter meter({square("r")});
  EXPECT_THROW(meter.set_width(15), std::invalid_argument);
  EXPECT_THROW(meter.set_width(100'000), std::invalid_argument);
}

TEST(DirectionWatch, TellsAWayAgainAfterABreak) {
  DirectionWatch watch({true, 3, 2, 0});
  const auto tell = [&](int pictures, std::optional<cv::Point2d> movement) {
    int told = 0;
    for (int i = 0; i < pictures; ++i) told += watch.note(movement).has_value();
    return told;
  };
  EXPECT_EQ(tell(2, cv::Point2d(-2, 0)), 0);
  EXPECT_EQ(tell(5, cv::Point2d(-2, 0)), 1);
  EXPECT_EQ(tell(1, std::nullopt), 0);
  EXPECT_EQ(tell(5, cv::Point2d(-2, 0)), 0);
  EXPECT_EQ(tell(2, std::nullopt), 0);
  EXPECT_EQ(tell(5, cv::Point2d(-2, 0)), 1);
  EXPECT_EQ(tell(5, cv::Point2d(0, -2)), 1);
}

}  // namespace kaskado::filters
