#include "common/code_reader.hpp"

#include <zbar.h>

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "common/text.hpp"

namespace kaskado::filters {

namespace {

using Time = std::chrono::nanoseconds;

// Where codes may be: all of the picture, shrunk if need be, in one piece of memory.
void read_grey(const PictureView& picture, cv::Mat& grey) {
  const double shrink = std::max({1.0, static_cast<double>(picture.width) / CodeReader::kReadingWidth,
                                  static_cast<double>(picture.height) / CodeReader::kReadingWidth});
  if (shrink == 1.0) {
    picture.luma().copyTo(grey);
  } else {
    cv::resize(picture.luma(), grey,
               {std::max(1, cvRound(picture.width / shrink)), std::max(1, cvRound(picture.height / shrink))},
               0, 0, cv::INTER_AREA);
  }
}

}  // namespace

struct CodeReader::Scanner {
  zbar::zbar_image_scanner_t* scanner = zbar::zbar_image_scanner_create();
  zbar::zbar_image_t* image = zbar::zbar_image_create();

  Scanner() {
    zbar::zbar_image_scanner_set_config(scanner, zbar::ZBAR_NONE, zbar::ZBAR_CFG_ENABLE, 1);
    // Of no use without another reading, and often read where nothing is.
    zbar::zbar_image_scanner_set_config(scanner, zbar::ZBAR_DATABAR, zbar::ZBAR_CFG_ENABLE, 0);
    zbar::zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
  }
  ~Scanner() {
    zbar::zbar_image_destroy(image);
    zbar::zbar_image_scanner_destroy(scanner);
  }
  Scanner(const Scanner&) = delete;
  Scanner& operator=(const Scanner&) = delete;
};

CodeReader::CodeReader() : scanner_(std::make_unique<Scanner>()) {}
CodeReader::~CodeReader() = default;

const std::vector<Code>& CodeReader::read(const PictureView& picture, Time time) {
  codes_.clear();
  if (read_at_ && time >= *read_at_ && time - *read_at_ < kInterval) return codes_;
  read_at_ = time;
  read_grey(picture, grey_);
  zbar::zbar_image_set_size(scanner_->image, static_cast<unsigned>(grey_.cols),
                            static_cast<unsigned>(grey_.rows));
  zbar::zbar_image_set_data(scanner_->image, grey_.data, grey_.total(), nullptr);
  if (zbar::zbar_scan_image(scanner_->scanner, scanner_->image) <= 0) return codes_;
  for (const auto* symbol = zbar::zbar_image_first_symbol(scanner_->image);
       symbol && codes_.size() < kMostCodes; symbol = zbar::zbar_symbol_next(symbol)) {
    Code code{zbar::zbar_get_symbol_name(zbar::zbar_symbol_get_type(symbol)),
              valid_utf8({zbar::zbar_symbol_get_data(symbol), zbar::zbar_symbol_get_data_length(symbol)})};
    if (is_due(code, time)) codes_.push_back(std::move(code));
  }
  return codes_;
}

bool CodeReader::is_due(const Code& code, Time time) {
  std::erase_if(told_, [&](const Told& told) { return time - told.when >= kRepetition || time < told.when; });
  if (std::ranges::any_of(told_, [&](const Told& told) { return told.code == code; })) return false;
  if (told_.size() == kMostCodes) told_.erase(told_.begin());
  told_.push_back({code, time});
  return true;
}

}  // namespace kaskado::filters
