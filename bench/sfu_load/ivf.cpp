#include "ivf.hpp"

#include <array>
#include <cstring>
#include <fstream>
#include <iterator>

namespace kaskado::bench {

namespace {

constexpr std::size_t kHeaderBytes = 32;
constexpr std::size_t kFrameHeaderBytes = 12;
constexpr char kVp8[] = "VP80", kH264[] = "H264";

std::uint64_t load_little(base::Bytes bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) value = value << 8 | bytes[i - 1];
  return value;
}

void store_little(std::uint64_t value, base::MutableBytes bytes) {
  for (std::uint8_t& byte : bytes) {
    byte = static_cast<std::uint8_t>(value);
    value >>= 8;
  }
}

}  // namespace

base::Result<IvfFile> IvfFile::read(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::vector<std::uint8_t> all{std::istreambuf_iterator<char>(stream), {}};
  base::Bytes rest(all);
  if (rest.size() < kHeaderBytes || std::memcmp(rest.data(), "DKIF", 4) != 0)
    return base::Error{"no IVF file: " + path};
  IvfFile file;
  const std::string fourcc(reinterpret_cast<const char*>(rest.data()) + 8, 4);
  if (fourcc != kVp8 && fourcc != kH264) return base::Error{path + " is in another codec: " + fourcc};
  file.codec = fourcc == kVp8 ? codec::CodecId::vp8 : codec::CodecId::h264;
  file.width = static_cast<int>(load_little(rest.subspan(12, 2)));
  file.height = static_cast<int>(load_little(rest.subspan(14, 2)));
  rest = rest.subspan(kHeaderBytes);
  while (rest.size() >= kFrameHeaderBytes) {
    const std::size_t bytes = load_little(rest.first(4));
    const std::uint64_t stamp = load_little(rest.subspan(4, 8));
    rest = rest.subspan(kFrameHeaderBytes);
    if (bytes > rest.size()) break;
    file.frames.push_back({std::make_shared<const std::vector<std::uint8_t>>(
                               rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(bytes)),
                           stamp});
    rest = rest.subspan(bytes);
  }
  return file;
}

base::Result<IvfWriter> IvfWriter::open(const std::string& path, codec::CodecId codec, int width,
                                        int height) {
  std::FILE* const file = std::fopen(path.c_str(), "wb");
  if (!file) return base::Error{"cannot write " + path};
  std::array<std::uint8_t, kHeaderBytes> header{};
  std::memcpy(header.data(), "DKIF", 4);
  const base::MutableBytes fields(header);
  store_little(kHeaderBytes, fields.subspan(6, 2));
  std::memcpy(header.data() + 8, codec == codec::CodecId::vp8 ? kVp8 : kH264, 4);
  store_little(static_cast<std::uint64_t>(width), fields.subspan(12, 2));
  store_little(static_cast<std::uint64_t>(height), fields.subspan(14, 2));
  store_little(30, fields.subspan(16, 4));
  store_little(1, fields.subspan(20, 4));
  std::fwrite(header.data(), 1, header.size(), file);
  return IvfWriter(file);
}

bool IvfWriter::add(base::Bytes frame, std::uint64_t stamp) {
  std::array<std::uint8_t, kFrameHeaderBytes> header{};
  store_little(frame.size(), base::MutableBytes(header).first(4));
  store_little(stamp, base::MutableBytes(header).subspan(4, 8));
  ++frames_;
  return std::fwrite(header.data(), 1, header.size(), file_.get()) == header.size() &&
         std::fwrite(frame.data(), 1, frame.size(), file_.get()) == frame.size();
}

}  // namespace kaskado::bench
