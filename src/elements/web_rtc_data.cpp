// The part of WebRtcEndpoint that opens and closes data channels, and lets their messages in and out.
#include <algorithm>
#include <variant>

#include "elements/log.hpp"
#include "elements/web_rtc_endpoint.hpp"
#include "pipeline/shard.hpp"

namespace kaskado::elements {

using pipeline::ApiError;
using pipeline::ApiResult;
using pipeline::ErrorCode;
using pipeline::MediaType;

namespace {

// Before there is an association; as many as it could have.
constexpr std::size_t kMaxWantedChannels = sctp::Association::kStreams / 2;

ApiError no_data_channels() {
  return {ErrorCode::MEDIA_OBJECT_OPERATION_NOT_SUPPORTED, "Data channels are not supported"};
}

ApiError illegal(std::string why) {
  return {ErrorCode::MEDIA_OBJECT_ILLEGAL_PARAM_ERROR, std::move(why)};
}

// As clients give them: below 0 is without a limit.
ApiResult<sctp::ChannelParameters> parameters_of(std::string label, bool ordered, int max_packet_life_time,
                                                 int max_retransmits, std::string protocol) {
  constexpr int kMost = 65535;  // RFC 8832 has more, browsers have not
  sctp::ChannelParameters parameters{
      .label = std::move(label), .protocol = std::move(protocol), .ordered = ordered};
  if (max_packet_life_time >= 0 && max_retransmits >= 0)
    return illegal("'maxPacketLifeTime' and 'maxRetransmits' cannot be set both");
  if (max_packet_life_time > kMost || max_retransmits > kMost)
    return illegal("'maxPacketLifeTime' and 'maxRetransmits' should be 65535 or less");
  constexpr std::size_t kMostBytes = sctp::DataChannels::kMaxLabelBytes;
  if (parameters.label.size() > kMostBytes || parameters.protocol.size() > kMostBytes)
    return illegal("'label' and 'protocol' should have 65535 bytes or less");
  if (max_packet_life_time >= 0)
    parameters.max_lifetime_ms = static_cast<std::uint32_t>(max_packet_life_time);
  if (max_retransmits >= 0) parameters.max_retransmits = static_cast<std::uint32_t>(max_retransmits);
  return parameters;
}

}  // namespace

sctp::DataChannels* WebRtcEndpoint::data_channels() const {
  return data_carrier_ ? data_carrier_->transport().data() : nullptr;
}

// The data m-line of the negotiation is on `carrier`; on none where that is null.
void WebRtcEndpoint::carry_data(WebRtcConnection* carrier, const sdp::NegotiatedMedia* media) {
  if (data_carrier_ && data_carrier_ != carrier) data_carrier_->transport().end_data();
  data_carrier_ = carrier;
  if (!carrier) return;
  carrier->transport().use_data({.local_port = web_rtc_capabilities().sctp_port,
                                 .remote_port = media->remote_sctp_port,
                                 .remote_max_message_bytes = media->remote_max_message_size_bytes},
                                shard().now());
}

bool WebRtcEndpoint::may_have_data_channels() const {
  return use_data_channels_ && (!negotiated() || data_carrier_);
}

ApiResult<void> WebRtcEndpoint::create_data_channel(std::string label, bool ordered, int max_packet_life_time,
                                                    int max_retransmits, std::string protocol) {
  if (!may_have_data_channels()) return no_data_channels();
  auto parameters =
      parameters_of(std::move(label), ordered, max_packet_life_time, max_retransmits, std::move(protocol));
  if (!parameters) return std::move(parameters).error();
  if (data_channels()) return open_channel(std::move(parameters).value());
  if (wanted_channels_.size() == kMaxWantedChannels)
    return ApiError{ErrorCode::NOT_ENOUGH_RESOURCES, "Too many data channels wait for the connection"};
  wanted_channels_.push_back(std::move(parameters).value());
  return {};
}

ApiResult<void> WebRtcEndpoint::open_channel(sctp::ChannelParameters parameters) {
  const auto id = data_channels()->open(std::move(parameters), shard().now());
  if (!id) return ApiError{ErrorCode::NOT_ENOUGH_RESOURCES, id.error().message};
  settle_data();
  return {};
}

ApiResult<void> WebRtcEndpoint::close_data_channel(int channel_id) {
  if (!may_have_data_channels()) return no_data_channels();
  sctp::DataChannels* const channels = data_channels();
  if (!channels || channel_id < 0 || channel_id > 0xffff) return {};
  channels->close(static_cast<sctp::ChannelId>(channel_id), shard().now());
  settle_data();
  return {};
}

void WebRtcEndpoint::settle_data() {
  data_carrier_->session().settle_data();
}

// An association has begun or ended: nothing of the one before is left.
void WebRtcEndpoint::on_data_association() {
  for (const sctp::ChannelId id : std::exchange(open_channels_, {})) tell_closed(id);
  if (!data_channels()) return;
  for (sctp::ChannelParameters& wanted : std::exchange(wanted_channels_, {}))
    (void)open_channel(std::move(wanted));
}

void WebRtcEndpoint::tell_closed(sctp::ChannelId id) {
  ++channel_counts_.closed;
  raise(DataChannelClosed{id});
}

bool WebRtcEndpoint::on_data(pipeline::WebRtcSession& session) {
  sctp::DataChannels* const channels = session.transport().data();
  while (data_window_.is_open()) {
    auto event = channels->next_event(shard().now());
    if (!event) return true;
    if (const auto* const opened = std::get_if<sctp::ChannelOpened>(&*event)) {
      ++channel_counts_.opened;
      open_channels_.insert(opened->id);
      raise(DataChannelOpened{opened->id});
    } else if (const auto* const closed = std::get_if<sctp::ChannelClosed>(&*event)) {
      open_channels_.erase(closed->id);
      tell_closed(closed->id);
    } else {
      let_in(*channels, std::get<sctp::ChannelMessage>(*event));
    }
  }
  return false;
}

void WebRtcEndpoint::let_in(const sctp::DataChannels& channels, sctp::ChannelMessage& message) {
  const sctp::DataChannels::Channel* const channel = channels.find(message.id);
  send_data(data_window_.admit(std::move(message.bytes), message.is_binary,
                               channel ? channel->parameters.label : ""));
}

// To the channel of the same label as the one that it came from; where there is none, to all, as Kurento
// does.
void WebRtcEndpoint::on_data(const pipeline::DataRef& message) {
  sctp::DataChannels* const channels = data_channels();
  if (!channels) return;
  std::vector<sctp::ChannelId> targets;
  for (const sctp::ChannelId id : open_channels_) {
    const sctp::DataChannels::Channel* const channel = channels->find(id);
    if (channel && channel->parameters.label == message->label) targets.push_back(id);
  }
  if (targets.empty()) targets.assign(open_channels_.begin(), open_channels_.end());
  // Keeps the whole message, and with it the source's window, for as long as its bytes wait.
  const std::shared_ptr<const sctp::MessageBytes> bytes(message, &message->bytes);
  for (const sctp::ChannelId id : targets)
    note_sent(channels->send(id, message->is_binary, bytes, shard().now()));
  if (!targets.empty()) settle_data();
}

void WebRtcEndpoint::note_sent(sctp::DataChannels::SendResult result) {
  using SendResult = sctp::DataChannels::SendResult;
  if (result == SendResult::sent || result == SendResult::waits) return;
  if (lost_messages_++ > 0) return;
  LOG_WARNING(
      log, "%s: a message of a data channel is lost, since %s", id().c_str(),
      result == SendResult::too_long ? "it is longer than the peer takes" : "too many wait for the peer");
}

ApiResult<std::map<std::string, pipeline::Value>> WebRtcEndpoint::get_stats(
    std::optional<MediaType> media_type) {
  auto records = BaseRtpEndpoint::get_stats(media_type);
  const bool asked = !media_type || *media_type == MediaType::data;
  if (!records || !asked || !use_data_channels_ || connections_.empty()) return records;
  records->merge(data_channel_stats(data_channels(), channel_counts_, host().wall_time()));
  return records;
}

}  // namespace kaskado::elements
