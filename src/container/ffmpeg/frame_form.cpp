#include "container/ffmpeg/frame_form.hpp"

#include <utility>

#include "base/bytes.hpp"
#include "codec/bitstream/nal_units.hpp"
#include "container/track.hpp"

namespace kaskado::container {
namespace {

using codec::CodecId;

// avcC and hvcC begin with a version; byte streams with zeros (ISO/IEC 14496-15 §5.3.3.1).
bool is_length_prefixed(const AVCodecParameters& parameters) {
  return parameters.extradata_size > 6 && parameters.extradata[0] == 1;
}

// Whether what hvcC counts is there (ISO/IEC 14496-15 §8.3.3.1). libavcodec's filter believes the counts, and a hostile file of some
// KB would take it seconds and tens of MB.
bool has_what_it_counts(const AVCodecParameters& parameters) {
  base::ByteReader reader({parameters.extradata, static_cast<std::size_t>(parameters.extradata_size)});
  reader.skip(22);
  for (int arrays = reader.u8(); arrays > 0 && reader.ok(); --arrays) {
    reader.skip(1);
    for (int units = reader.u16(); units > 0 && reader.ok(); --units) reader.skip(reader.u16());
  }
  return reader.ok();
}

AvFilter make_filter(const char* name, const AVStream& stream) {
  const AVBitStreamFilter* const filter = av_bsf_get_by_name(name);
  AVBSFContext* made = nullptr;
  if (!filter || av_bsf_alloc(filter, &made) != 0) return nullptr;
  AvFilter context(made);
  if (avcodec_parameters_copy(context->par_in, stream.codecpar) < 0) return nullptr;
  context->time_base_in = stream.time_base;
  return av_bsf_init(context.get()) == 0 ? std::move(context) : nullptr;
}

bool is_parameter_set(CodecId codec, std::uint8_t first_octet) {
  if (codec == CodecId::h264) return codec::h264::type_of(first_octet) == codec::h264::kSps;
  return codec::h265::type_of(first_octet) == codec::h265::kSps;
}

// AV1 §5.3.2: type 2, without content.
constexpr std::uint8_t kTemporalDelimiter[] = {0x12, 0x00};

}  // namespace

FrameForm::FrameForm(const AVStream& stream) {
  const AVCodecParameters& parameters = *stream.codecpar;
  id_ = codec_id(avcodec_get_name(parameters.codec_id));
  if (id_ != CodecId::h264 && id_ != CodecId::h265) return;
  if (is_length_prefixed(parameters)) {
    if (id_ == CodecId::h265 && !has_what_it_counts(parameters)) return;
    filter_ = make_filter(id_ == CodecId::h264 ? "h264_mp4toannexb" : "hevc_mp4toannexb", stream);
    if (!filter_) return;
    const AVCodecParameters& made = *filter_->par_out;
    parameter_sets_.assign(made.extradata, made.extradata + made.extradata_size);
  } else if (parameters.extradata_size > 0) {
    parameter_sets_.assign(parameters.extradata, parameters.extradata + parameters.extradata_size);
  }
}

codec::SharedBytes FrameForm::take(AVPacket& packet) {
  const bool key_frame = packet.flags & AV_PKT_FLAG_KEY;
  // What a filter of this kind is given comes out of it at once.
  if (filter_ && (av_bsf_send_packet(filter_.get(), &packet) != 0 ||
                  av_bsf_receive_packet(filter_.get(), &packet) != 0)) {
    av_bsf_flush(filter_.get());
    return nullptr;
  }
  if (packet.size <= 0) return nullptr;
  base::Bytes content(packet.data, static_cast<std::size_t>(packet.size));
  if (id_ == CodecId::av1 && content.size() > 2 &&
      std::equal(content.begin(), content.begin() + 2, kTemporalDelimiter))
    content = content.subspan(2);
  auto bytes = std::make_shared<std::vector<std::uint8_t>>();
  bytes->reserve(content.size() + (key_frame ? parameter_sets_.size() : 0));
  bytes->assign(content.begin(), content.end());
  if (key_frame) add_parameter_sets(*bytes);
  return bytes;
}

void FrameForm::add_parameter_sets(std::vector<std::uint8_t>& bytes) const {
  if (parameter_sets_.empty()) return;
  if (codec::find_nal(bytes, [&](std::uint8_t first) { return is_parameter_set(*id_, first); })) return;
  bytes.insert(bytes.begin(), parameter_sets_.begin(), parameter_sets_.end());
}

}  // namespace kaskado::container
