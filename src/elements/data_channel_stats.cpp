#include "elements/data_channel_stats.hpp"

#include "pipeline/stats_record.hpp"

namespace kaskado::elements {
namespace {

using pipeline::RTCDataChannelState;
using pipeline::StatsType;

RTCDataChannelState told_as(sctp::ChannelState state) {
  switch (state) {
    case sctp::ChannelState::connecting:
      return RTCDataChannelState::connecting;
    case sctp::ChannelState::open:
      return RTCDataChannelState::open;
    case sctp::ChannelState::closing:
      break;
  }
  return RTCDataChannelState::closing;
}

pipeline::RTCDataChannelStats record_of(sctp::ChannelId id, const sctp::DataChannels::Channel& channel,
                                        base::WallTime wall) {
  auto record = pipeline::stats_record<pipeline::RTCDataChannelStats>("data-channel-" + std::to_string(id),
                                                                      StatsType::datachannel, wall);
  record.label = channel.parameters.label;
  record.protocol = channel.parameters.protocol;
  record.datachannelid = id;
  record.state = told_as(channel.state);
  record.messages_sent = static_cast<std::int64_t>(channel.stats.messages_sent);
  record.bytes_sent = static_cast<std::int64_t>(channel.stats.bytes_sent);
  record.messages_received = static_cast<std::int64_t>(channel.stats.messages_received);
  record.bytes_received = static_cast<std::int64_t>(channel.stats.bytes_received);
  return record;
}

}  // namespace

std::map<std::string, pipeline::Value> data_channel_stats(const sctp::DataChannels* channels,
                                                          const DataChannelCounts& counts,
                                                          base::WallTime wall) {
  std::map<std::string, pipeline::Value> records;
  const auto put = [&](const auto& record) { records.emplace(record.id, record.to_value()); };
  if (channels) {
    for (const sctp::ChannelId id : channels->ids()) put(record_of(id, *channels->find(id), wall));
  }
  auto whole =
      pipeline::stats_record<pipeline::RTCPeerConnectionStats>("data-channels", StatsType::session, wall);
  whole.data_channels_opened = counts.opened;
  whole.data_channels_closed = counts.closed;
  put(whole);
  return records;
}

}  // namespace kaskado::elements
