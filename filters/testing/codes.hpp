// Codes whose content is known, drawn without the library that reads them.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "testing/test_picture.hpp"

namespace kaskado::filters {

inline constexpr const char* kQrText = "https://kaskado.example/q?1";

// The QR code of kQrText (version 3, error correction M).
inline constexpr std::array<std::string_view, 29> kQrCode = {
    "#######.#..##..##.###.#######", "#.....#.##..#.##.##.#.#.....#", "#.###.#.....####..###.#.###.#",
    "#.###.#.##......####..#.###.#", "#.###.#...##.#.....#..#.###.#", "#.....#..###..#..###..#.....#",
    "#######.#.#.#.#.#.#.#.#######", "........##.#.##..##.#........", "#.##.###.....##.#####.#..#.##",
    "#.#.#..#.#..#..##..######...#", ".###.##.......##.#......#.##.", "##.##...#.#..###..#####.#...#",
    ".....##.##.#....####.....##..", "#..#.#..######....##..#...###", "#...#.#..##...#..########.###",
    ".###....##.#.#.#.....#..#..#.", "..###.####..........##..##.#.", ".#..##.##..#.#....#.#..#.###.",
    "#..#..##..#.#.....#...###.#..", "....##..#..##..####.####..#..", ".####.####.#.#.#....#######..",
    "........#...####.####...#####", "#######.#....#..#.###.#.##.#.", "#.....#.#.##....##..#...##.#.",
    "#.###.#...#...##....#####.###", "#.###.#.##.####.##.##..###.#.", "#.###.#.##..##.##......#..#.#",
    "#.....#..#.##.#.#...#.##.#.#.", "#######.#####..###.##.###..#.",
};

// With its left upper module at `at`, each of so many pixels.
inline void draw_qr_code(const PictureView& picture, cv::Point at, int module) {
  for (int row = 0; row < static_cast<int>(kQrCode.size()); ++row) {
    for (int column = 0; column < static_cast<int>(kQrCode[0].size()); ++column) {
      const bool dark = kQrCode[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)] == '#';
      fill(picture, {at.x + column * module, at.y + row * module, module, module}, dark ? kBlack : kWhite);
    }
  }
}

// The bars of an EAN-13 code, `#` for dark (ISO/IEC 15420).
inline std::string ean13_bars(const std::string& digits) {
  constexpr std::array<std::string_view, 10> kOdd = {"0001101", "0011001", "0010011", "0111101", "0100011",
                                                     "0110001", "0101111", "0111011", "0110111", "0001011"};
  constexpr std::array<std::string_view, 10> kParity = {"OOOOOO", "OOEOEE", "OOEEOE", "OOEEEO", "OEOOEE",
                                                        "OEEOOE", "OEEEOO", "OEOEOE", "OEOEEO", "OEEOEO"};
  const auto digit = [&](std::size_t i) { return static_cast<std::size_t>(digits[i] - '0'); };
  const auto inverted = [](std::string bars) {
    for (char& bar : bars) bar = bar == '1' ? '0' : '1';
    return bars;
  };
  std::string bars = "101";
  for (std::size_t i = 1; i <= 6; ++i) {
    const std::string odd(kOdd[digit(i)]);
    const std::string right = inverted(odd);
    bars += kParity[digit(0)][i - 1] == 'O' ? odd : std::string(right.rbegin(), right.rend());
  }
  bars += "01010";
  for (std::size_t i = 7; i <= 12; ++i) bars += inverted(std::string(kOdd[digit(i)]));
  return bars + "101";
}

inline void draw_ean13(const PictureView& picture, cv::Point at, int module, int height,
                       const std::string& digits) {
  const std::string bars = ean13_bars(digits);
  for (std::size_t i = 0; i < bars.size(); ++i)
    fill(picture, {at.x + static_cast<int>(i) * module, at.y, module, height},
         bars[i] == '1' ? kBlack : kWhite);
}

}  // namespace kaskado::filters
