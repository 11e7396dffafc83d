#include "plate_finder.hpp"

#include <algorithm>
#include <opencv2/imgproc.hpp>
#include <stdexcept>

namespace kaskado::filters {

namespace {

// All in the small picture.
constexpr int kLeastHeight = 9;
constexpr int kMostLetters = 1000;
// The part around a pixel that it has to be darker than, and by how many steps.
constexpr int kAround = 41;
constexpr int kDarker = 12;
constexpr int kLeastLetters = 4;
constexpr int kMostLettersOnPlate = 12;
// The proportions of a line of letters: those of motorcycles, nearly, to the longest of Europe.
constexpr double kLeastAspect = 1.8;
constexpr double kMostAspect = 9;
// Letters of one line are so far apart at the most, in heights.
constexpr double kMostGap = 1.2;

bool is_letter_shaped(const cv::Rect& box, cv::Size picture) {
  return box.height >= kLeastHeight && box.height <= picture.height / 3 && box.width <= box.height * 3 / 2 &&
         box.width * 12 >= box.height;
}

bool are_one_line(const cv::Rect& line, const cv::Rect& letter) {
  const int common = std::min(line.br().y, letter.br().y) - std::max(line.y, letter.y);
  const int lower = std::min(line.height, letter.height), higher = std::max(line.height, letter.height);
  return common * 10 >= lower * 8 && higher * 10 <= lower * 14 && letter.x - line.br().x <= kMostGap * higher;
}

}  // namespace

void PlateFinder::set_width_share(double share) {
  if (!(share > 0 && share <= 1))
    throw std::invalid_argument(
        "'plateWidthPercentage' should be more than 0 and at most 1, where 1 is the picture's width");
  least_share_ = share / 2;
  most_share_ = std::min(share * 2, 1.0);
}

void PlateFinder::find_letters() {
  letters_.clear();
  cv::adaptiveThreshold(small_, dark_, 255, cv::ADAPTIVE_THRESH_MEAN_C, cv::THRESH_BINARY_INV, kAround,
                        kDarker);
  const int count = cv::connectedComponentsWithStats(dark_, labels_, statistics_, centres_, 8, CV_32S);
  for (int i = 1; i < count && letters_.size() < kMostLetters; ++i) {
    const cv::Rect box(statistics_.at<int>(i, cv::CC_STAT_LEFT), statistics_.at<int>(i, cv::CC_STAT_TOP),
                       statistics_.at<int>(i, cv::CC_STAT_WIDTH), statistics_.at<int>(i, cv::CC_STAT_HEIGHT));
    if (is_letter_shaped(box, small_.size())) letters_.push_back(box);
  }
}

// From left to right, each to the first line that it fits.
void PlateFinder::join_letters() {
  lines_.clear();
  std::ranges::sort(letters_, {}, &cv::Rect::x);
  for (const cv::Rect& letter : letters_) {
    const auto line =
        std::ranges::find_if(lines_, [&](const Line& known) { return are_one_line(known.box, letter); });
    if (line == lines_.end()) {
      lines_.push_back({letter, 1});
    } else {
      line->box |= letter;
      ++line->letters;
    }
  }
}

bool PlateFinder::is_plate(const Line& line) const {
  const double aspect = static_cast<double>(line.box.width) / line.box.height;
  return line.letters >= kLeastLetters && line.letters <= kMostLettersOnPlate && aspect >= kLeastAspect &&
         aspect <= kMostAspect && line.box.width >= least_share_ * small_.cols &&
         line.box.width <= most_share_ * small_.cols;
}

const std::vector<cv::Rect>& PlateFinder::find(const PictureView& picture) {
  plates_.clear();
  const double shrink = std::max(1.0, static_cast<double>(picture.width) / kSearchWidth);
  const cv::Size size(std::max(1, cvRound(picture.width / shrink)),
                      std::clamp(cvRound(picture.height / shrink), 1, 2 * kSearchWidth));
  cv::resize(picture.luma(), small_, size, 0, 0, cv::INTER_AREA);
  find_letters();
  join_letters();
  std::erase_if(lines_, [this](const Line& line) { return !is_plate(line); });
  std::ranges::sort(lines_, std::ranges::greater(), [](const Line& line) { return line.box.area(); });
  for (std::size_t i = 0; i < std::min(lines_.size(), kMostPlates); ++i) {
    const cv::Rect& box = lines_[i].box;
    const int margin = std::max(2, box.height / 6);
    const cv::Rect wide(cvRound((box.x - margin) * shrink), cvRound((box.y - margin) * shrink),
                        cvRound((box.width + 2 * margin) * shrink),
                        cvRound((box.height + 2 * margin) * shrink));
    plates_.push_back(wide & picture.bounds());
  }
  return plates_;
}

}  // namespace kaskado::filters
