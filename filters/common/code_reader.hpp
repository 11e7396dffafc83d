// Reads bar codes and QR codes.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/picture_view.hpp"

namespace kaskado::filters {

struct Code {
  std::string type;   // "QR-Code", "EAN-13", …
  std::string value;  // UTF-8
  bool operator==(const Code&) const = default;
};

class CodeReader {
 public:
  // Pictures are read at this width at the most, and this often at the most.
  static constexpr int kReadingWidth = 1280;
  static constexpr std::chrono::milliseconds kInterval{100};
  // A code that stays in view is told again after so long.
  static constexpr std::chrono::seconds kRepetition{1};
  static constexpr std::size_t kMostCodes = 32;

  CodeReader();
  ~CodeReader();
  CodeReader(const CodeReader&) = delete;
  CodeReader& operator=(const CodeReader&) = delete;

  // The codes in this picture that are to be told. Holds until the next call.
  const std::vector<Code>& read(const PictureView& picture, std::chrono::nanoseconds time);

 private:
  struct Scanner;
  struct Told {
    Code code;
    std::chrono::nanoseconds when{};
  };

  bool is_due(const Code& code, std::chrono::nanoseconds time);

  std::unique_ptr<Scanner> scanner_;
  std::optional<std::chrono::nanoseconds> read_at_;
  std::vector<Told> told_;
  std::vector<Code> codes_;
  cv::Mat grey_;
};

}  // namespace kaskado::filters
