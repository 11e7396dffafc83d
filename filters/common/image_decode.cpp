#include <png.h>
#include <turbojpeg.h>
#include <webp/decode.h>

#include <cstring>
#include <memory>

#include "common/image.hpp"

namespace kaskado::filters {

namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr int kLongestSide = 16384;

bool begins_with(Bytes bytes, std::size_t at, std::string_view magic) {
  return bytes.size() >= at + magic.size() && std::memcmp(bytes.data() + at, magic.data(), magic.size()) == 0;
}

bool acceptable(std::int64_t width, std::int64_t height, std::string& problem) {
  if (width <= kLongestSide && height <= kLongestSide && width * height <= kMostImagePixels) return true;
  problem = "the image is too large: " + std::to_string(width) + " by " + std::to_string(height) + " pixels";
  return false;
}

std::optional<cv::Mat> decode_png(Bytes bytes, std::string& problem) {
  png_image png{};
  png.version = PNG_IMAGE_VERSION;
  const std::unique_ptr<png_image, void (*)(png_image*)> guard(&png, png_image_free);
  if (png_image_begin_read_from_memory(&png, bytes.data(), bytes.size()) == 0) {
    problem = std::string("not a readable PNG: ") + png.message;
    return {};
  }
  if (!acceptable(png.width, png.height, problem)) return {};
  png.format = PNG_FORMAT_RGBA;
  cv::Mat rgba(static_cast<int>(png.height), static_cast<int>(png.width), CV_8UC4);
  if (png_image_finish_read(&png, nullptr, rgba.data, 0, nullptr) == 0) {
    problem = std::string("not a readable PNG: ") + png.message;
    return {};
  }
  return rgba;
}

std::optional<cv::Mat> decode_jpeg(Bytes bytes, std::string& problem) {
  const std::unique_ptr<void, int (*)(void*)> jpeg(tjInitDecompress(), tjDestroy);
  int width = 0, height = 0, subsampling = 0, colours = 0;
  if (!jpeg ||
      tjDecompressHeader3(jpeg.get(), bytes.data(), bytes.size(), &width, &height, &subsampling, &colours) !=
          0 ||
      width < 1 || height < 1) {
    problem = "not a readable JPEG";
    return {};
  }
  if (!acceptable(width, height, problem)) return {};
  if (colours == TJCS_CMYK || colours == TJCS_YCCK) {
    problem = "a JPEG in CMYK; RGB or grey is wanted";
    return {};
  }
  cv::Mat rgba(height, width, CV_8UC4);
  const int flags = TJFLAG_LIMITSCANS | TJFLAG_STOPONWARNING;
  if (tjDecompress2(jpeg.get(), bytes.data(), bytes.size(), rgba.data, width, 0, height, TJPF_RGBA, flags) !=
      0) {
    problem = std::string("not a readable JPEG: ") + tjGetErrorStr2(jpeg.get());
    return {};
  }
  return rgba;
}

std::optional<cv::Mat> decode_webp(Bytes bytes, std::string& problem) {
  int width = 0, height = 0;
  if (WebPGetInfo(bytes.data(), bytes.size(), &width, &height) == 0) {
    problem = "not a readable WebP";
    return {};
  }
  if (!acceptable(width, height, problem)) return {};
  cv::Mat rgba(height, width, CV_8UC4);
  if (!WebPDecodeRGBAInto(bytes.data(), bytes.size(), rgba.data, rgba.total() * 4,
                          static_cast<int>(rgba.step))) {
    problem = "not a readable WebP";
    return {};
  }
  return rgba;
}

void multiply_by_alpha(cv::Mat& rgba) {
  for (int row = 0; row < rgba.rows; ++row) {
    std::uint8_t* pixel = rgba.ptr(row);
    for (int column = 0; column < rgba.cols; ++column, pixel += 4) {
      for (int i = 0; i < 3; ++i) pixel[i] = static_cast<std::uint8_t>((pixel[i] * pixel[3] + 127) / 255);
    }
  }
}

}  // namespace

std::optional<Image> decode_image(Bytes bytes, std::string& problem) {
  std::optional<cv::Mat> rgba;
  if (begins_with(bytes, 0, "\x89PNG\r\n\x1a\n")) {
    rgba = decode_png(bytes, problem);
  } else if (begins_with(bytes, 0, "\xff\xd8\xff")) {
    rgba = decode_jpeg(bytes, problem);
  } else if (begins_with(bytes, 0, "RIFF") && begins_with(bytes, 8, "WEBP")) {
    rgba = decode_webp(bytes, problem);
  } else {
    problem = "neither PNG nor JPEG nor WebP";
  }
  if (!rgba) return {};
  multiply_by_alpha(*rgba);
  return Image{*rgba};
}

}  // namespace kaskado::filters
