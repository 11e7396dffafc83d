#include "transport/data_line.hpp"

#include "sctp/data_channels.hpp"

namespace kaskado::transport {

DataLine::DataLine() = default;
DataLine::~DataLine() = default;

bool DataLine::begin(const dtls::DtlsSession& dtls, base::Instant now) {
  if (!wanted_ || channels_) return false;
  const sctp::DataChannelsConfig config{.association = {.local_port = wanted_->local_port,
                                                        .remote_port = wanted_->remote_port,
                                                        .max_packet_bytes = dtls.max_application_bytes()},
                                        .dtls_client = dtls.role() == dtls::DtlsRole::client,
                                        .remote_max_message_bytes = wanted_->remote_max_message_bytes};
  channels_ = std::make_unique<sctp::DataChannels>(config, now);
  return true;
}

bool DataLine::end() {
  const bool was_there = channels_ != nullptr;
  channels_.reset();
  return was_there;
}

base::DropReason DataLine::take_from(dtls::DtlsSession& dtls, base::Instant now) {
  base::DropReason drop = base::DropReason::none;
  for (base::Bytes record; !(record = dtls.next_application_data()).empty();) {
    const base::DropReason of_record =
        channels_ ? channels_->receive(record, now) : base::DropReason::unexpected_data;
    if (of_record != base::DropReason::none) drop = of_record;
  }
  return drop;
}

void DataLine::advance(base::Instant now) {
  if (channels_ && channels_->deadline() <= now) channels_->advance(now);
}

base::Instant DataLine::deadline() const {
  return channels_ ? channels_->deadline() : base::kNever;
}

void DataLine::flush(dtls::DtlsSession& dtls, const base::Path* path, base::Instant now,
                     base::Outbox& outbox) {
  if (!channels_) return;
  channels_->flush(now);
  for (base::Bytes packet; !(packet = channels_->next_packet()).empty();) {
    if (path) dtls.send(packet, *path, outbox);
  }
}

}  // namespace kaskado::transport
