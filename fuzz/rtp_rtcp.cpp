// A received RTCP datagram: every message of it read to its end, and given to what consumes it.

#include "fuzz/support/require.hpp"
#include "rtp/receive_stream.hpp"
#include "rtp/rtcp_reader.hpp"
#include "rtp/send_stream.hpp"
#include "rtp/transport_feedback.hpp"

namespace {

using namespace kaskado;
using namespace kaskado::rtp;
using fuzz::require;

class Consumer {
 public:
  explicit Consumer(std::size_t datagram_bytes) : datagram_bytes_(datagram_bytes) {}

  void operator()(const OtherRtcp&) {}
  void operator()(const SenderReport& report) {
    source_clock_.receive(report.info, now_);
    source_clock_.timestamp_at(now_, 90000);
    consume(report.blocks);
  }
  void operator()(const ReceiverReport& report) { consume(report.blocks); }
  void operator()(const SourceDescription& description) {
    for (std::uint32_t ssrc = 0; ssrc < 3; ++ssrc) description.cname_of(Ssrc{ssrc});
  }
  void operator()(const Goodbye& goodbye) {
    require(goodbye.sources.size() <= 31 && goodbye.reason.size() <= 255);
  }
  void operator()(const ApplicationMessage& message) { require(message.name.size() == 4); }
  void operator()(const Nack& nack) {
    std::size_t count = 0;
    for (const SequenceNumber sequence : nack) {
      ++count;
      sender_.find_lost(sequence, history_, now_);
    }
    require(count >= 1 && count <= datagram_bytes_ / 4 * 17);
  }
  void operator()(const PictureLossIndication&) { sender_.receive_picture_loss(); }
  void operator()(const FullIntraRequest& request) {
    for (const FullIntraCommand command : request.commands)
      sender_.receive_full_intra(command.command_number);
  }
  void operator()(const Remb& remb) {
    for (const Ssrc ssrc : remb.media) sender_.receive_remb(remb.bitrate_bps + ssrc.value % 2);
  }
  void operator()(const TransportFeedback& feedback) {
    TransportFeedbackReader reader(feedback);
    std::size_t count = 0;
    while (reader.next()) ++count;
    require(count == feedback.status_count || reader.malformed());
  }

 private:
  void consume(const ReportBlocks& blocks) {
    require(blocks.size() <= 31);
    for (const ReportBlock& block : blocks) sender_.receive_report(block, now_, {});
  }

  std::size_t datagram_bytes_;
  base::Instant now_{std::chrono::seconds{10}};
  SourceClock source_clock_;
  SendStream sender_{SendStreamConfig{.ssrc = Ssrc{1}}};
  PacketHistory history_{64};
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Consumer consumer(size);
  RtcpReader reader({data, size});
  while (auto message = reader.next()) std::visit(consumer, *message);
  return 0;
}
