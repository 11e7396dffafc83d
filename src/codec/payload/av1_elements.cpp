#include "codec/payload/av1_elements.hpp"

#include "codec/bitstream/av1.hpp"

namespace kaskado::codec {

// False at the end.
bool Av1Elements::open_payload() {
  while (!payloads_.empty()) {
    const base::Bytes payload = payloads_.front();
    payloads_ = payloads_.subspan(1);
    if (payload.empty()) continue;
    continues_ = (payload[0] & kAv1Continues) != 0;
    continued_ = (payload[0] & kAv1Continued) != 0;
    elements_left_ = payload[0] >> 4 & 0x03;
    counted_ = elements_left_ > 0;
    rest_ = payload.subspan(1);
    malformed_ = rest_.empty();
    return !malformed_;
  }
  return false;
}

// Each behind its length, but for the last of those that are counted.
std::optional<base::Bytes> Av1Elements::take_element() {
  base::ByteReader reader(rest_);
  std::optional<std::uint32_t> bytes = static_cast<std::uint32_t>(rest_.size());
  if (!counted_ || elements_left_ > 1) bytes = read_leb128(reader);
  if (!bytes || *bytes == 0 || *bytes > reader.remaining()) return std::nullopt;
  const base::Bytes element = reader.take(*bytes);
  rest_ = rest_.subspan(reader.position());
  --elements_left_;
  const bool promises_more = counted_ && elements_left_ > 0;
  return promises_more && rest_.empty() ? std::nullopt : std::optional(element);
}

std::optional<Av1Element> Av1Elements::next() {
  if (malformed_ || (rest_.empty() && !open_payload())) return std::nullopt;
  const auto bytes = take_element();
  malformed_ = !bytes;
  if (malformed_) return std::nullopt;
  const Av1Element element{*bytes, continues_, continued_ && rest_.empty()};
  continues_ = false;
  return element;
}

std::optional<std::size_t> Av1Elements::next_obu_bytes() {
  Av1Elements ahead = *this;
  auto element = ahead.next();
  malformed_ = ahead.malformed_ || (element && element->continues);
  if (malformed_ || !element) return std::nullopt;
  std::size_t bytes = element->bytes.size();
  while (element->continued) {
    element = ahead.next();
    malformed_ = !element || !element->continues;
    if (malformed_) return std::nullopt;
    bytes += element->bytes.size();
  }
  return bytes;
}

std::uint8_t Av1ObuReader::u8() {
  if (remaining_ == 0) {
    ok_ = false;
    return 0;
  }
  if (element_.empty()) element_ = elements_.next()->bytes;
  const std::uint8_t octet = element_[0];
  element_ = element_.subspan(1);
  --remaining_;
  return octet;
}

void Av1ObuReader::move_rest(FrameWriter& out) {
  while (remaining_ > 0) {
    if (element_.empty()) element_ = elements_.next()->bytes;
    out.append(element_);
    remaining_ -= element_.size();
    element_ = {};
  }
}

}  // namespace kaskado::codec
