// KmsDetectFaces, KmsShowFaces, KmsSendData and KmsShowData.
#include <algorithm>
#include <kaskado/module.hpp>

#include "common/code_reader.hpp"
#include "common/face_tracker.hpp"
#include "common/glue.hpp"
#include "common/paint.hpp"
#include "face_notes.hpp"

namespace kaskado::filters {

namespace {

class DetectFaces final : public sdk::VideoFilter {
 public:
  explicit DetectFaces(sdk::FilterContext& context) : VideoFilter(context) { keep_to_one_thread(); }

  void process(sdk::VideoFrame& frame) override {
    const auto& faces = tracker_.find(looked_at(frame), frame.time());
    if (!faces.empty()) frame.set_metadata(kFacesKey, write_faces(faces));
  }

 private:
  FaceTracker tracker_;
};

class ShowFaces final : public sdk::VideoFilter {
 public:
  explicit ShowFaces(sdk::FilterContext& context) : VideoFilter(context) { keep_to_one_thread(); }

  void process(sdk::VideoFrame& frame) override {
    const std::string* const notes = frame.metadata(kFacesKey);
    if (!notes) return;
    const std::vector<cv::Rect> faces = read_faces(*notes);
    if (faces.empty()) return;
    const PictureView picture = edited(frame);
    for (const cv::Rect& face : faces) outline(picture, face, std::max(2, picture.width / 160), kGreen);
  }
};

// Sends the text of each code that it reads, as a text message.
class SendData final : public sdk::VideoFilter {
 public:
  explicit SendData(sdk::FilterContext& context) : VideoFilter(context) { keep_to_one_thread(); }

  void process(sdk::VideoFrame& frame) override {
    for (const Code& code : reader_.read(looked_at(frame), frame.time()))
      context().send_data({code.value, false});
  }

 private:
  CodeReader reader_;
};

// Paints the message that came last; all of them go on.
class ShowData final : public sdk::VideoFilter {
 public:
  explicit ShowData(sdk::FilterContext& context) : VideoFilter(context) { keep_to_one_thread(); }

  void process(sdk::VideoFrame& frame) override {
    if (text_.empty()) return;
    const PictureView picture = edited(frame);
    const int height = std::max(8, picture.height / 16);
    write(picture, text_, {height, picture.height - height}, height);
  }
  void receive_data(sdk::Data data) override {
    text_ = data.is_binary ? std::to_string(data.bytes.size()) + " bytes" : data.bytes.substr(0, kMostBytes);
    VideoFilter::receive_data(std::move(data));
  }

 private:
  // Of a message that could have letters of four bytes.
  static constexpr std::size_t kMostBytes = 4 * kMostLetters;
  std::string text_;
};

}  // namespace

}  // namespace kaskado::filters

KASKADO_MODULE(module) {
  using namespace kaskado::filters;
  module.filter<DetectFaces>("KmsDetectFaces");
  module.filter<ShowFaces>("KmsShowFaces");
  module.filter<SendData>("KmsSendData");
  module.filter<ShowData>("KmsShowData");
}
