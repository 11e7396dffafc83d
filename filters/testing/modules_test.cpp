// Each class as the server would use it: out of its library, with the parameters of the descriptor.
#include <gtest/gtest.h>

#include <opencv2/aruco.hpp>
#include <opencv2/imgproc.hpp>

#include "testing/codes.hpp"
#include "testing/face.hpp"
#include "testing/module_host.hpp"
#include "testing/png.hpp"

namespace kaskado::filters {

namespace {

using sdk::List;
using sdk::Map;
using sdk::Value;

const sdk::Fetched kRedImage{png_of(2, 1, {255, 0, 0, 255, 255, 0, 0, 255}), ""};
const sdk::Fetched kBlueImage{png_of(1, 1, {0, 0, 255, 255}), ""};
const cv::Rect kPhotograph{32, 0, 256, 256};

Value window(int x, int y, int width, int height) {
  return Map{{"topRightCornerX", x}, {"topRightCornerY", y}, {"width", width}, {"height", height}};
}

template <typename Call>
std::string problem_of(Call call) {
  try {
    call();
  } catch (const std::invalid_argument& e) {
    return e.what();
  }
  return "";
}

std::string text_of(const Map& members, const char* name) {
  return *members.at(name).string();
}

TestPicture qr_picture() {
  TestPicture picture(320, 240, kWhite);
  draw_qr_code(picture.view(), {100, 60}, 4);
  return picture;
}

}  // namespace

TEST(FaceOverlayFilter, CoversFaces) {
  HostedFilter filter("filters", "FaceOverlayFilter");
  const TestPicture face = with_face(320, 256, kPhotograph);
  EXPECT_FALSE(filter.show(face).was_edited());
  filter.call("setOverlayedImage", {"http://x/red.png", 0.0, 0.0, 1.0, 1.0});
  ASSERT_EQ(filter.context.fetches.size(), 1U);
  EXPECT_EQ(filter.context.fetches[0].first, "http://x/red.png");
  EXPECT_FALSE(filter.show(face, 100ms).was_edited());
  filter.context.answer(kRedImage);
  TestFrame frame = filter.show(face, 200ms);
  // The eyes, the mouth, and a corner of the photograph.
  for (const cv::Point at : {cv::Point(139, 102), cv::Point(180, 102), cv::Point(157, 143)})
    EXPECT_TRUE(near(frame.picture().at(at.x, at.y), kRed, 4)) << at;
  EXPECT_FALSE(near(frame.picture().at(60, 20), kRed, 60));
  filter.call("unsetOverlayedImage");
  EXPECT_FALSE(filter.show(face, 300ms).was_edited());
}

TEST(FaceOverlayFilter, PlacesTheImageRelativeToTheFace) {
  HostedFilter filter("filters", "FaceOverlayFilter");
  filter.call("setOverlayedImage", {"x", 0.0, -1.0, 1.0, 1.0});
  filter.context.answer(kRedImage);
  TestFrame frame = filter.show(with_face(320, 256, kPhotograph));
  EXPECT_FALSE(near(frame.picture().at(157, 143), kRed, 60));
  EXPECT_TRUE(near(frame.picture().at(157, 30), kRed, 4));
}

TEST(FaceOverlayFilter, ShowsTheImageThatWasAskedForLast) {
  HostedFilter filter("filters", "FaceOverlayFilter");
  filter.call("setOverlayedImage", {"first", 0.0, 0.0, 1.0, 1.0});
  filter.call("setOverlayedImage", {"second", 0.0, 0.0, 1.0, 1.0});
  std::swap(filter.context.fetches[0], filter.context.fetches[1]);
  filter.context.answer(kBlueImage);
  filter.context.answer(kRedImage);
  TestFrame frame = filter.show(with_face(320, 256, kPhotograph));
  EXPECT_TRUE(near(frame.picture().at(157, 143), kBlue, 4));
}

TEST(FaceOverlayFilter, SaysWhatIsWrong) {
  HostedFilter filter("filters", "FaceOverlayFilter");
  EXPECT_NE(problem_of([&] {
              filter.call("setOverlayedImage", {"x", 0.0, 0.0, -1.0, 1.0});
            }).find("'widthPercent'"),
            std::string::npos);
  EXPECT_NE(problem_of([&] {
              filter.call("setOverlayedImage", {"", 0.0, 0.0, 1.0, 1.0});
            }).find("'uri'"),
            std::string::npos);
  filter.call("setOverlayedImage", {"http://x/lost.png", 0.0, 0.0, 1.0, 1.0});
  filter.context.answer({{}, "404 Not Found"});
  filter.call("setOverlayedImage", {"http://x/text", 0.0, 0.0, 1.0, 1.0});
  filter.context.answer({{'a'}, ""});
  EXPECT_EQ(
      filter.context.errors,
      (std::vector<std::string>{"'uri': no image from 'http://x/lost.png': 404 Not Found",
                                "'uri': no image from 'http://x/text': neither PNG nor JPEG nor WebP"}));
}

TEST(ImageOverlayFilter, AddsAndRemovesImages) {
  HostedFilter filter("filters", "ImageOverlayFilter");
  const TestPicture black(160, 120);
  EXPECT_FALSE(filter.show(black).was_edited());
  filter.call("addImage", {"a", "http://x/red.png", 0.5, 0.5, 0.5, 0.5, false, false});
  filter.context.answer(kRedImage);
  TestFrame frame = filter.show(black);
  EXPECT_TRUE(near(frame.picture().at(100, 80), kRed, 4));
  EXPECT_TRUE(near(frame.picture().at(60, 80), kBlack, 0));
  filter.call("removeImage", {"a"});
  filter.call("removeImage", {"a"});
  EXPECT_FALSE(filter.show(black).was_edited());
}

TEST(ImageOverlayFilter, IgnoresImagesOfWhatWasReplaced) {
  HostedFilter filter("filters", "ImageOverlayFilter");
  filter.call("addImage", {"a", "first", 0.0, 0.0, 1.0, 1.0, false, false});
  filter.call("addImage", {"a", "second", 0.0, 0.0, 1.0, 1.0, false, false});
  std::swap(filter.context.fetches[0], filter.context.fetches[1]);
  filter.context.answer(kBlueImage);
  filter.context.answer(kRedImage);
  TestFrame frame = filter.show(TestPicture(64, 64));
  EXPECT_TRUE(near(frame.picture().at(32, 32), kBlue, 4));
  EXPECT_NE(problem_of([&] {
              filter.call("addImage", {"b", "", 0.0, 0.0, 1.0, 1.0, false, false});
            }).find("'uri'"),
            std::string::npos);
}

TEST(ZBarFilter, TellsCodes) {
  HostedFilter filter("filters", "ZBarFilter");
  EXPECT_FALSE(filter.show(qr_picture(), 0ms).was_edited());
  filter.show(qr_picture(), 500ms);
  ASSERT_EQ(filter.context.events.size(), 1U);
  EXPECT_EQ(filter.context.events[0].first, "CodeFound");
  EXPECT_EQ(text_of(filter.context.events[0].second, "codeType"), "QR-Code");
  EXPECT_EQ(text_of(filter.context.events[0].second, "value"), kQrText);
}

TEST(ChromaFilter, ReplacesTheScreen) {
  constexpr Colour kScreen = Colour::from_rgb(30, 190, 60);
  HostedFilter filter("chroma", "ChromaFilter", {window(0, 0, 50, 50), "http://x/red.png"});
  filter.context.answer(kRedImage);
  TestPicture scene(160, 120, kScreen);
  fill(scene.view(), {80, 40, 40, 80}, kWhite);
  for (int i = 0; i < 60; ++i) filter.show(scene);
  TestFrame frame = filter.show(scene);
  EXPECT_TRUE(near(frame.picture().at(10, 10), kRed, 4));
  EXPECT_TRUE(near(frame.picture().at(100, 80), kWhite, 4));
  filter.call("unsetBackground");
  frame = filter.show(scene);
  EXPECT_TRUE(near(frame.picture().at(10, 10), kBlack, 4));
  filter.call("setBackground", {"y"});
  filter.context.answer(kBlueImage);
  frame = filter.show(scene);
  EXPECT_TRUE(near(frame.picture().at(10, 10), kBlue, 4));
}

TEST(ChromaFilter, SaysWhatIsWrong) {
  EXPECT_NE(problem_of([] {
              HostedFilter("chroma", "ChromaFilter", {window(0, 0, 0, 50), ""});
            }).find("'window.width'"),
            std::string::npos);
  HostedFilter filter("chroma", "ChromaFilter", {window(0, 0, 50, 50), ""});
  EXPECT_TRUE(filter.context.fetches.empty());
  EXPECT_NE(problem_of([&] { filter.call("setBackground", {""}); }).find("'uri'"), std::string::npos);
}

TEST(PointerDetectorFilter, TellsCrossings) {
  const Map button{{"id", "button"},    {"width", 80},    {"height", 80},       {"upperRightX", 200},
                   {"upperRightY", 60}, {"image", "off"}, {"activeImage", "on"}};
  HostedFilter filter("pointerdetector", "PointerDetectorFilter", {window(20, 20, 16, 16), List{button}});
  ASSERT_EQ(filter.context.fetches.size(), 2U);
  filter.context.answer(kBlueImage);
  filter.context.answer(kRedImage);
  const auto show = [&](cv::Point pointer) {
    TestPicture picture(320, 240, Colour::from_rgb(150, 140, 130));
    fill(picture.view(), {pointer.x - 10, pointer.y - 10, 20, 20}, Colour::from_rgb(30, 220, 40));
    return filter.show(picture);
  };
  filter.call("trackColorFromCalibrationRegion");
  EXPECT_TRUE(near(show({28, 28}).picture().at(210, 70), kBlue, 4));
  EXPECT_TRUE(near(show({240, 100}).picture().at(210, 70), kRed, 4));
  show({240, 101});
  show({28, 28});
  ASSERT_EQ(filter.context.events.size(), 2U);
  EXPECT_EQ(filter.context.events[0].first, "WindowIn");
  EXPECT_EQ(text_of(filter.context.events[0].second, "windowId"), "button");
  EXPECT_EQ(filter.context.events[1].first, "WindowOut");
  filter.call("removeWindow", {"button"});
  filter.call("addWindow", {Map{{"id", "other"}, {"width", 5}, {"height", 5}}});
  filter.call("clearWindows");
  show({240, 100});
  EXPECT_EQ(filter.context.events.size(), 2U);
}

TEST(CrowdDetectorFilter, TellsOccupancy) {
  const List square{Map{{"x", 0.25}, {"y", 0.25}}, Map{{"x", 0.75}, {"y", 0.25}},
                    Map{{"x", 0.75}, {"y", 0.75}}, Map{{"x", 0.25}, {"y", 0.75}}};
  const Map config{{"occupancyLevelMin", 10},
                   {"occupancyLevelMed", 20},
                   {"occupancyLevelMax", 40},
                   {"occupancyNumFramesToEvent", 2}};
  HostedFilter filter(
      "crowddetector", "CrowdDetectorFilter",
      {Value(List{Map{{"id", "gate"}, {"points", square}, {"regionOfInterestConfig", config}}})});
  EXPECT_EQ(filter.call("getProcessingWidth"), Value(320));
  filter.call("setProcessingWidth", {160});
  EXPECT_EQ(filter.call("getProcessingWidth"), Value(160));
  EXPECT_NE(problem_of([&] { filter.call("setProcessingWidth", {0}); }).find("'processingWidth'"),
            std::string::npos);
  TestPicture floor(320, 240, Colour::from_rgb(120, 120, 120)), full = floor;
  fill(full.view(), {80, 60, 80, 120}, kWhite);
  filter.show(floor);
  for (int i = 0; i < 4; ++i) EXPECT_FALSE(filter.show(full).was_edited());
  ASSERT_EQ(filter.context.events.size(), 1U);
  EXPECT_EQ(filter.context.events[0].first, "CrowdDetectorOccupancy");
  EXPECT_EQ(text_of(filter.context.events[0].second, "roiId"), "gate");
  EXPECT_EQ(filter.context.events[0].second.at("occupancyLevel"), Value(3));
  EXPECT_NEAR(*filter.context.events[0].second.at("occupancyPercentage").real(), 50, 8);
}

TEST(KmsFaces, AreToldByOneFilterAndShownByAnother) {
  HostedFilter detect("datachannelexample", "KmsDetectFaces"), show("datachannelexample", "KmsShowFaces");
  TestFrame frame = detect.show(with_face(320, 256, kPhotograph));
  EXPECT_FALSE(frame.was_edited());
  ASSERT_TRUE(frame.metadata("faces"));
  show.show(frame);
  EXPECT_TRUE(frame.was_edited());
  EXPECT_FALSE(show.show(with_face(320, 256, kPhotograph)).was_edited());
}

TEST(KmsSendData, SendsTheTextOfCodes) {
  HostedFilter filter("datachannelexample", "KmsSendData");
  EXPECT_FALSE(filter.show(qr_picture()).was_edited());
  ASSERT_EQ(filter.context.sent.size(), 1U);
  EXPECT_EQ(filter.context.sent[0].bytes, kQrText);
  EXPECT_FALSE(filter.context.sent[0].is_binary);
}

TEST(KmsShowData, PaintsTheLastMessage) {
  HostedFilter filter("datachannelexample", "KmsShowData");
  const TestPicture black(320, 240);
  EXPECT_FALSE(filter.show(black).was_edited());
  filter.filter().receive_data({"hello", false});
  TestFrame first = filter.show(black);
  EXPECT_FALSE(first.picture() == black);
  filter.filter().receive_data({std::string(100'000, '\xFF'), true});
  EXPECT_FALSE(filter.show(black).picture() == first.picture());
  EXPECT_EQ(filter.context.sent.size(), 2U);
}

TEST(ArMarkerdetector, CountsMarkersAndLaysAnImageOverThem) {
  HostedFilter filter("armarkerdetector", "ArMarkerdetector");
  TestPicture picture(320, 240, kWhite);
  cv::Mat marker;
  cv::aruco::drawMarker(cv::aruco::getPredefinedDictionary(cv::aruco::DICT_5X5_250), 42, 84, marker);
  marker.copyTo(picture.view().luma()(cv::Rect(100, 80, 84, 84)));
  EXPECT_FALSE(filter.show(picture).was_edited());
  ASSERT_EQ(filter.context.events.size(), 1U);
  EXPECT_EQ(filter.context.events[0].first, "MarkerCount");
  EXPECT_EQ(filter.context.events[0].second,
            (Map{{"markerId", 42}, {"markerCount", 1}, {"markerCountDiff", 1}}));
  filter.call("setOverlayImage", {"http://x/red.png"});
  filter.context.answer(kRedImage);
  TestFrame frame = filter.show(picture);
  EXPECT_TRUE(near(frame.picture().at(140, 120), kRed, 4));
  EXPECT_EQ(filter.call("getOverlayImage"), Value("http://x/red.png"));
  filter.call("setOverlayImage", {""});
  EXPECT_FALSE(filter.show(picture).was_edited());
}

TEST(ArMarkerdetector, RemembersItsSettings) {
  HostedFilter filter("armarkerdetector", "ArMarkerdetector");
  EXPECT_EQ(filter.call("getOverlayScale"), Value(1.0));
  filter.call("setOverlayScale", {2.5});
  EXPECT_NE(problem_of([&] { filter.call("setOverlayScale", {0.0}); }).find("'overlayScale'"),
            std::string::npos);
  EXPECT_EQ(filter.call("getOverlayScale"), Value(2.5));
  filter.call("setOverlayText", {"hello"});
  EXPECT_EQ(filter.call("getOverlayText"), Value("hello"));
  filter.call("setShowDebugLevel", {2});
  EXPECT_EQ(filter.call("getShowDebugLevel"), Value(2));
}

#ifdef KASKADO_WITH_PLATES
TEST(PlateDetectorFilter, TellsPlates) {
  HostedFilter filter("platedetector", "PlateDetectorFilter");
  EXPECT_NE(
      problem_of([&] { filter.call("setPlateWidthPercentage", {30.0}); }).find("'plateWidthPercentage'"),
      std::string::npos);
  filter.call("setPlateWidthPercentage", {0.35});
  TestPicture picture(640, 480, Colour::from_rgb(60, 60, 70));
  fill(picture.view(), {200, 200, 240, 56}, kWhite);
  cv::Mat luma = picture.view().luma();
  cv::putText(luma, "1234 BCD", {214, 242}, cv::FONT_HERSHEY_DUPLEX, 1.35, cv::Scalar(16), 3, cv::LINE_AA);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(filter.show(picture, i * 200ms).was_edited());
  ASSERT_EQ(filter.context.events.size(), 1U);
  EXPECT_EQ(filter.context.events[0].first, "PlateDetected");
  EXPECT_EQ(text_of(filter.context.events[0].second, "plate"), "1234BCD");
}
#endif

#ifdef KASKADO_WITH_GSTREAMER
TEST(GStreamerFilter, RunsPicturesThroughItsCommand) {
  HostedFilter filter("filters", "GStreamerFilter", {"videobalance saturation=0", "AUTODETECT"});
  sdk::StreamFilter& stream = *filter.filter().stream_filter();
  EXPECT_TRUE(stream.takes_video());
  EXPECT_FALSE(stream.takes_audio());
  EXPECT_EQ(filter.call("getCommand"), Value("videobalance saturation=0"));
  stream.push_video(std::make_unique<TestFrame>(TestPicture(65, 33, kRed), 5s));
  ASSERT_TRUE(filter.context.wait(1));
  auto& frame = static_cast<TestFrame&>(*filter.context.pictures.at(0));
  EXPECT_EQ(frame.time(), 5s);
  EXPECT_NEAR(frame.picture().at(30, 20).v, 128, 1);
  filter.call("setElementProperty", {"saturation", "1"});
  stream.push_video(std::make_unique<TestFrame>(TestPicture(65, 33, kRed), 6s));
  ASSERT_TRUE(filter.context.wait(2));
  EXPECT_NEAR(static_cast<TestFrame&>(*filter.context.pictures.at(1)).picture().at(30, 20).v, kRed.v, 1);
}

TEST(GStreamerFilter, RunsSoundThroughItsCommand) {
  HostedFilter filter("filters", "GStreamerFilter", {"volume volume=0.5", "AUDIO"});
  sdk::StreamFilter& stream = *filter.filter().stream_filter();
  EXPECT_TRUE(stream.takes_audio());
  stream.push_audio(std::make_unique<TestSound>(std::vector<std::int16_t>(960, 1000), 1, 5s));
  ASSERT_TRUE(filter.context.wait(1));
  EXPECT_EQ(filter.context.sounds.at(0)->samples().back(), 500);
}

TEST(GStreamerFilter, LetsMediaPassOnceItHasFailed) {
  HostedFilter filter("filters", "GStreamerFilter", {"identity error-after=1", "VIDEO"});
  sdk::StreamFilter& stream = *filter.filter().stream_filter();
  stream.push_video(std::make_unique<TestFrame>(TestPicture(64, 48, kRed), 0s));
  ASSERT_TRUE(filter.context.wait(1));
  ASSERT_EQ(filter.context.errors.size(), 1U);
  EXPECT_EQ(filter.context.errors[0].find("'command' has failed: "), 0U);
  stream.push_video(std::make_unique<TestFrame>(TestPicture(64, 48, kRed), 1s));
  EXPECT_EQ(filter.context.pictures.size(), 1U);
}

TEST(GStreamerFilter, SaysWhatIsWrong) {
  EXPECT_NE(problem_of([] {
              HostedFilter("filters", "GStreamerFilter", {"nosuchelement", "VIDEO"});
            }).find("nosuchelement"),
            std::string::npos);
  HostedFilter filter("filters", "GStreamerFilter", {"videobalance", "VIDEO"});
  EXPECT_NE(problem_of([&] {
              filter.call("setElementProperty", {"sharpness", "1"});
            }).find("'sharpness'"),
            std::string::npos);
}
#endif

}  // namespace kaskado::filters
