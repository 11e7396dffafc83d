// A received RTCP datagram: every message of it read to its end, given to what consumes it, and written
// again, to be read as it was.
#include <algorithm>
#include <vector>

#include "fuzz/support/require.hpp"
#include "rtp/receive_stream.hpp"
#include "rtp/rtcp_builder.hpp"
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

template <typename Elements>
auto collected(const Elements& elements) {
  std::vector<std::decay_t<decltype(*elements.begin())>> all;
  for (const auto element : elements) all.push_back(element);
  return all;
}

// The message that `write` puts into a slot, read.
template <typename Message, typename Write>
Message reread(std::vector<std::uint8_t>& slot, Write write) {
  RtcpBuilder builder(slot);
  write(builder);
  RtcpReader reader(builder.written());
  const auto message = reader.next();
  require(message && std::holds_alternative<Message>(*message) && !reader.next() && !reader.malformed());
  return std::get<Message>(*message);
}

void require_equal(const ReportBlocks& a, const ReportBlocks& b) {
  require(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    const ReportBlock x = a[i], y = b[i];
    require(x.ssrc == y.ssrc && x.fraction_lost == y.fraction_lost && x.cumulative_lost == y.cumulative_lost);
    require(x.extended_highest_sequence == y.extended_highest_sequence && x.jitter == y.jitter);
    require(x.last_sender_report == y.last_sender_report);
    require(x.delay_since_last_sender_report == y.delay_since_last_sender_report);
  }
}

// Writes a message as its own kind and reads it again.
class Rewriter {
 public:
  // A NACK of a whole datagram, each of its bits set, written anew at four bytes a number.
  static constexpr std::size_t kSlotBytes = base::kMaxDatagramBytes / 4 * 17 * 4;

  explicit Rewriter(std::vector<std::uint8_t>& slot) : slot_(slot) {}

  void operator()(const OtherRtcp&) {}
  void operator()(const ApplicationMessage&) {}  // this server sends none
  void operator()(const SenderReport& report) {
    const auto again = reread<SenderReport>(slot_, [&](RtcpBuilder& builder) {
      require(builder.sender_report(report.sender, report.info, collected(report.blocks)));
    });
    require(again.sender == report.sender && again.info.ntp.value == report.info.ntp.value);
    require(again.info.rtp == report.info.rtp && again.info.packets == report.info.packets);
    require(again.info.payload_bytes == report.info.payload_bytes);
    require_equal(again.blocks, report.blocks);
  }
  void operator()(const ReceiverReport& report) {
    const auto again = reread<ReceiverReport>(slot_, [&](RtcpBuilder& builder) {
      require(builder.receiver_report(report.sender, collected(report.blocks)));
    });
    require(again.sender == report.sender);
    require_equal(again.blocks, report.blocks);
  }
  void operator()(const SourceDescription& description) {
    const std::string_view name = description.cname_of(Ssrc{1});
    const auto again = reread<SourceDescription>(
        slot_, [&](RtcpBuilder& builder) { require(builder.cname(Ssrc{1}, name)); });
    require(again.chunks() == 1 && again.cname_of(Ssrc{1}) == name && again.cname_of(Ssrc{2}).empty());
  }
  void operator()(const Goodbye& goodbye) {
    const auto again = reread<Goodbye>(slot_, [&](RtcpBuilder& builder) {
      require(builder.goodbye(collected(goodbye.sources), goodbye.reason));
    });
    require(collected(again.sources) == collected(goodbye.sources) && again.reason == goodbye.reason);
  }
  void operator()(const Nack& nack) {
    const auto lost = collected(nack);
    const auto again = reread<Nack>(slot_, [&](RtcpBuilder& builder) {
      require(builder.nack(nack.sender(), nack.media(), lost) == lost.size());
    });
    require(again.sender() == nack.sender() && again.media() == nack.media());
    require(sorted(collected(again)) == sorted(lost));
  }
  void operator()(const PictureLossIndication& loss) {
    const auto again = reread<PictureLossIndication>(
        slot_, [&](RtcpBuilder& builder) { require(builder.picture_loss(loss.sender, loss.media)); });
    require(again.sender == loss.sender && again.media == loss.media);
  }
  void operator()(const FullIntraRequest& request) {
    for (const FullIntraCommand command : request.commands) {
      const auto again = reread<FullIntraRequest>(slot_, [&](RtcpBuilder& builder) {
        require(builder.full_intra(request.sender, command.media, command.command_number));
      });
      require(again.sender == request.sender && again.commands.size() == 1);
      require(again.commands[0].media == command.media);
      require(again.commands[0].command_number == command.command_number);
    }
  }
  void operator()(const Remb& remb) {
    const auto again = reread<Remb>(slot_, [&](RtcpBuilder& builder) {
      require(builder.remb(remb.sender, remb.bitrate_bps, collected(remb.media)));
    });
    require(again.sender == remb.sender && collected(again.media) == collected(remb.media));
    // What more than 64 bits would hold was cut, and now is rounded down.
    require(again.bitrate_bps == remb.bitrate_bps || remb.bitrate_bps == UINT64_MAX);
  }
  void operator()(const TransportFeedback& feedback) {
    std::vector<base::Instant> arrivals;
    for (TransportFeedbackReader reader(feedback); const auto status = reader.next();)
      arrivals.push_back(status->received ? base::Instant(status->arrival) : kNotReceived);
    std::size_t written = 0;
    RtcpBuilder builder(slot_);
    written =
        write_transport_feedback(builder, feedback.sender, feedback.media,
                                 SequenceNumber{feedback.base_sequence}, arrivals, feedback.feedback_count);
    require(written <= std::min(arrivals.size(), kMaxFeedbackStatuses) && (written == 0) == builder.empty());
    if (written == 0) return;
    const auto message = RtcpReader(builder.written()).next();
    const auto& again = std::get<TransportFeedback>(*message);
    require(again.sender == feedback.sender && again.media == feedback.media);
    require(again.base_sequence == feedback.base_sequence && again.status_count == written);
    TransportFeedbackReader reader(again);
    for (std::size_t i = 0; i < written; ++i) {
      const auto status = reader.next();
      require(status && status->received == (arrivals[i] != kNotReceived));
      // Reference times wrap.
      if (status->received)
        require((status->arrival - arrivals[i].time_since_epoch()) % kWrap == base::Duration{});
    }
    require(!reader.next() && !reader.malformed());
  }

 private:
  static constexpr base::Duration kWrap = std::chrono::milliseconds{64} * (1 << 24);

  static std::vector<std::uint16_t> sorted(const std::vector<SequenceNumber>& sequences) {
    std::vector<std::uint16_t> values;
    for (const SequenceNumber sequence : sequences) values.push_back(sequence.value);
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
  }

  std::vector<std::uint8_t>& slot_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > base::kMaxDatagramBytes) return 0;
  Consumer consumer(size);
  static std::vector<std::uint8_t> slot(Rewriter::kSlotBytes);
  Rewriter rewriter(slot);
  RtcpReader reader({data, size});
  while (auto message = reader.next()) {
    std::visit(consumer, *message);
    std::visit(rewriter, *message);
  }
  return 0;
}
