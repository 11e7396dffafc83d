#include "plate_reader.hpp"

#include <tesseract/baseapi.h>

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <stdexcept>

namespace kaskado::filters {

namespace {

using Time = std::chrono::nanoseconds;

// The height of a line of text that Tesseract reads best, in pixels, with its margins.
constexpr int kLineHeight = 64;
constexpr int kMargin = 12;
constexpr int kMostLineWidth = 1024;

std::string letters_and_digits(const char* text) {
  std::string kept;
  for (const char* c = text; *c; ++c) {
    if ((*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9')) kept += *c;
  }
  return kept;
}

}  // namespace

PlateReader::PlateReader() : tesseract_(std::make_unique<tesseract::TessBaseAPI>()) {
  if (tesseract_->Init(nullptr, "eng", tesseract::OEM_DEFAULT) != 0)
    throw std::runtime_error(
        "Tesseract cannot load its data for English; it comes with the package tesseract-ocr-eng");
  tesseract_->SetPageSegMode(tesseract::PSM_SINGLE_LINE);
  tesseract_->SetVariable("tessedit_char_whitelist", "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789- ");
  // Plates are no words.
  tesseract_->SetVariable("load_system_dawg", "F");
  tesseract_->SetVariable("load_freq_dawg", "F");
  tesseract_->SetVariable("debug_file", "/dev/null");
}

PlateReader::~PlateReader() = default;

std::optional<std::string> PlateReader::process(const PictureView& picture, Time time) {
  if (read_at_ && time >= *read_at_ && time - *read_at_ < kInterval) return {};
  read_at_ = time;
  const std::vector<cv::Rect>& plates = finder_.find(picture);
  if (plates.empty()) return {};
  const std::string text = read(picture.luma()(plates[turn_++ % plates.size()]));
  if (text.size() < kLeastLetters || text.size() > kMostLetters ||
      text.find_first_of("0123456789") == std::string::npos)
    return {};
  return is_new(text, time) ? std::optional(text) : std::nullopt;
}

std::string PlateReader::read(const cv::Mat& plate) {
  if (plate.cols < 8 || plate.rows < 4) return {};
  const int width = std::clamp(plate.cols * kLineHeight / plate.rows, 8, kMostLineWidth);
  cv::resize(plate, line_, {width, kLineHeight}, 0, 0,
             plate.rows > kLineHeight ? cv::INTER_AREA : cv::INTER_CUBIC);
  cv::normalize(line_, line_, 0, 255, cv::NORM_MINMAX);
  cv::copyMakeBorder(line_, line_, kMargin, kMargin, kMargin, kMargin, cv::BORDER_REPLICATE);
  tesseract_->SetImage(line_.data, line_.cols, line_.rows, 1, static_cast<int>(line_.step));
  tesseract_->SetSourceResolution(300);
  const std::unique_ptr<char[]> text(tesseract_->GetUTF8Text());
  const bool sure = tesseract_->MeanTextConf() >= kLeastConfidence;
  std::string letters = text && sure ? letters_and_digits(text.get()) : std::string();
  tesseract_->Clear();
  return letters;
}

bool PlateReader::is_new(const std::string& text, Time time) {
  std::erase_if(known_, [&](const Known& known) { return time - known.seen > kMemory || time < known.seen; });
  auto known = std::ranges::find(known_, text, &Known::text);
  if (known == known_.end()) {
    if (known_.size() == kMostKnown) known_.erase(known_.begin());
    known = known_.insert(known_.end(), {text, time, 0});
  }
  known->seen = time;
  known->readings = std::min(known->readings + 1, kReadings + 1);
  return known->readings == kReadings;
}

}  // namespace kaskado::filters
