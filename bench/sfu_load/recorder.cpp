#include "recorder.hpp"

#include <utility>

namespace kaskado::bench {

base::Result<std::unique_ptr<Recorder>> Recorder::open(const std::string& path, codec::CodecId codec) {
  auto file = IvfWriter::open(path, codec, 0, 0);
  if (!file) return file.error();
  return std::unique_ptr<Recorder>(new Recorder(std::move(*file), codec));
}

void Recorder::add(const rtp::RtpHeader& header, base::Bytes payload, base::WallTime arrived) {
  if (last_) {
    const auto step = static_cast<std::uint16_t>(header.sequence.value - last_->value);
    if (step == 0 || step >= 0x8000) return;
    if (step != 1) whole_ = false;
  }
  last_ = header.sequence;
  payloads_.emplace_back(payload.begin(), payload.end());
  if (header.marker) end_frame(arrived);
}

void Recorder::end_frame(base::WallTime arrived) {
  const std::vector<base::Bytes> parts(payloads_.begin(), payloads_.end());
  const auto frame = depacketizer_->assemble(parts);
  if (whole_ && frame) {
    file_.add(*frame->bytes, static_cast<std::uint64_t>(arrived.unix_ns));
  } else {
    ++broken_;
  }
  payloads_.clear();
  whole_ = true;
}

}  // namespace kaskado::bench
