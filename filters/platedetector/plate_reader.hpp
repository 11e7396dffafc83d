// Reads number plates, by Tesseract, and tells each of them once.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plate_finder.hpp"

namespace tesseract {
class TessBaseAPI;
}

namespace kaskado::filters {

class PlateReader {
 public:
  // One plate is read this often at the most: that takes some ten milliseconds.
  static constexpr std::chrono::milliseconds kInterval{200};
  // A plate is told when it was read so often within kMemory, and told again once it was not read for so
  // long.
  static constexpr int kReadings = 2;
  static constexpr std::chrono::seconds kMemory{3};
  static constexpr std::size_t kMostKnown = 32;
  static constexpr std::size_t kLeastLetters = 4;
  static constexpr std::size_t kMostLetters = 10;
  static constexpr int kLeastConfidence = 60;  // percent

  // Throws std::runtime_error, which names the package, where Tesseract's data for English is missing.
  PlateReader();
  ~PlateReader();
  PlateReader(const PlateReader&) = delete;
  PlateReader& operator=(const PlateReader&) = delete;

  void set_width_share(double share) { finder_.set_width_share(share); }

  // A plate that is to be told with this picture: its letters (A to Z) and digits without anything between
  // them.
  std::optional<std::string> process(const PictureView& picture, std::chrono::nanoseconds time);

 private:
  struct Known {
    std::string text;
    std::chrono::nanoseconds seen{};
    int readings = 0;
  };

  std::string read(const cv::Mat& plate);
  bool is_new(const std::string& text, std::chrono::nanoseconds time);

  PlateFinder finder_;
  std::unique_ptr<tesseract::TessBaseAPI> tesseract_;
  std::optional<std::chrono::nanoseconds> read_at_;
  std::size_t turn_ = 0;
  std::vector<Known> known_;
  cv::Mat line_;
};

}  // namespace kaskado::filters
