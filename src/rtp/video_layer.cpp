#include "rtp/video_layer.hpp"

namespace kaskado::rtp {

namespace {

using base::ByteReader;
using base::Bytes;

// Where a picture id of 7 or 15 bits stands at the reader (RFC 7741 §4.2, RFC 9628 §4.2: M, the first bit).
void read_picture_id(ByteReader& reader, std::size_t at, VideoLayer& layer) {
  layer.picture_id_offset = static_cast<std::uint8_t>(at);
  layer.picture_id_bytes = 1;
  if (!(reader.u8() & 0x80)) return;
  layer.picture_id_bytes = 2;
  reader.skip(1);
}

// |X|R|N|S|R| PID |, |I|L|T|K|RSV|, picture id, TL0PICIDX, |TID|Y|KEYIDX|
VideoLayer read_vp8(Bytes payload) {
  ByteReader reader(payload);
  VideoLayer layer;
  const std::uint8_t first = reader.u8();
  layer.starts_frame = (first & 0x10) && (first & 0x07) == 0;
  layer.consecutive_ids = true;
  if (!(first & 0x80)) return layer;
  const std::uint8_t extension = reader.u8();
  if (extension & 0x80) read_picture_id(reader, 2, layer);
  if (extension & 0x40) {
    layer.tl0_offset = static_cast<std::uint8_t>(reader.position());
    reader.skip(1);
  }
  if (extension & 0x30) {
    const std::uint8_t index = reader.u8();
    layer.described = extension & 0x20;
    layer.temporal = layer.described ? index >> 6 : 0;
    layer.sync = index & 0x20;
  }
  return reader.ok() ? layer : VideoLayer{};
}

// |I|P|L|F|B|E|V|Z|, picture id, |TID|U|SID|D|, TL0PICIDX where F is 0
VideoLayer read_vp9(Bytes payload) {
  ByteReader reader(payload);
  VideoLayer layer;
  const std::uint8_t first = reader.u8();
  layer.inter_predicted = first & 0x40;
  layer.starts_frame = first & 0x08;
  layer.ends_frame = first & 0x04;
  if (first & 0x80) read_picture_id(reader, 1, layer);
  if (first & 0x20) {
    const std::uint8_t index = reader.u8();
    layer.described = true;
    layer.temporal = index >> 5;
    layer.opens_above = index & 0x10;
    layer.spatial = index >> 1 & 0x07;
    if (!(first & 0x10)) {
      layer.tl0_offset = static_cast<std::uint8_t>(reader.position());
      reader.skip(1);
    }
  }
  return reader.ok() ? layer : VideoLayer{};
}

}  // namespace

VideoLayer read_video_layer(VideoCodec codec, Bytes payload) {
  if (codec == VideoCodec::vp8) return read_vp8(payload);
  if (codec == VideoCodec::vp9) return read_vp9(payload);
  return {};
}

std::uint16_t picture_id(const VideoLayer& layer, Bytes payload) {
  if (layer.picture_id_bytes == 0) return 0;
  if (layer.picture_id_bytes == 1) return payload[layer.picture_id_offset] & 0x7f;
  return base::load_u16(payload.data() + layer.picture_id_offset) & 0x7fff;
}

void add_to_picture_id(const VideoLayer& layer, std::uint8_t* payload, std::uint16_t by) {
  std::uint8_t* const at = payload + layer.picture_id_offset;
  if (layer.picture_id_bytes == 1) *at = static_cast<std::uint8_t>((*at + by) & 0x7f);
  if (layer.picture_id_bytes == 2) base::store_u16(at, static_cast<std::uint16_t>(((base::load_u16(at) + by) & 0x7fff) | 0x8000));
}

void add_to_tl0(const VideoLayer& layer, std::uint8_t* payload, std::uint8_t by) {
  if (layer.tl0_offset != 0) payload[layer.tl0_offset] = static_cast<std::uint8_t>(payload[layer.tl0_offset] + by);
}

}  // namespace kaskado::rtp
