#include "command_line.hpp"

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cstdio>
#include <utility>

#include "clocks.hpp"

namespace kaskado::bench {

namespace {

using Json = rapidjson::Value;
using Writer = rapidjson::Writer<rapidjson::StringBuffer>;

// One line of output, begun and ended as an object.
class Line {
 public:
  Line() { writer_.StartObject(); }
  ~Line() {
    writer_.EndObject();
    std::printf("%s\n", buffer_.GetString());
    std::fflush(stdout);
  }
  Line(const Line&) = delete;

  Line& add(const char* key, const std::string& value) {
    writer_.Key(key);
    writer_.String(value.data(), static_cast<rapidjson::SizeType>(value.size()));
    return *this;
  }
  Line& add(const char* key, std::uint64_t value) { return writer_.Key(key), writer_.Uint64(value), *this; }
  Line& add(const char* key, double value) { return writer_.Key(key), writer_.Double(value), *this; }
  Line& begin(const char* key) { return writer_.Key(key), writer_.StartObject(), *this; }
  Line& end() { return writer_.EndObject(), *this; }
  Writer& raw() { return writer_; }

 private:
  rapidjson::StringBuffer buffer_;
  Writer writer_{buffer_};
};

std::string text(const Json& command, const char* key) {
  const auto found = command.FindMember(key);
  return found != command.MemberEnd() && found->value.IsString() ? found->value.GetString() : "";
}
double number(const Json& command, const char* key, double otherwise = 0) {
  const auto found = command.FindMember(key);
  return found != command.MemberEnd() && found->value.IsNumber() ? found->value.GetDouble() : otherwise;
}
std::uint32_t id(const Json& command, const char* key) {
  const auto found = command.FindMember(key);
  return found != command.MemberEnd() && found->value.IsUint() ? found->value.GetUint() : 0;
}
bool flag(const Json& command, const char* key) {
  const auto found = command.FindMember(key);
  return found != command.MemberEnd() && found->value.IsTrue();
}

double in_ms(base::Duration duration) {
  return static_cast<double>(duration.count()) / 1e6;
}

void write_percentiles(Line& line, const char* key, const Histogram& histogram) {
  line.begin(key).add("samples", histogram.count());
  constexpr std::pair<const char*, double> kShares[] = {
      {"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p999", 0.999}};
  for (const auto& [name, share] : kShares) line.add(name, in_ms(histogram.percentile(share)));
  line.add("max", in_ms(histogram.greatest())).end();
}

void write_totals(Line& line, const LoadTotals& totals) {
  const StreamCounters& viewers = totals.viewers;
  line.add("expected", totals.expected)
      .add("received", viewers.packets)
      .add("missing", totals.missing())
      .add("holes", totals.holes)
      .add("duplicates", viewers.duplicates)
      .add("reordered", viewers.reordered)
      .add("outOfWindow", viewers.out_of_window)
      .add("foreignSsrc", viewers.foreign)
      .add("sampled", viewers.sampled)
      .add("undecryptable", viewers.undecryptable)
      .add("changed", viewers.changed)
      .add("misnumbered", viewers.misnumbered)
      .add("unsampledViewers", totals.unsampled_viewers)
      .add("transcodedPackets", totals.transcoded_packets)
      .add("transcodedHoles", totals.transcoded_holes)
      .add("recordedFrames", totals.recorded_frames)
      .add("brokenFrames", totals.broken_frames)
      .add("badRtcp", totals.bad_rtcp)
      .add("retransmitted", totals.publishers.retransmitted)
      .add("nackedTooLate", totals.publishers.nacked_too_late)
      .add("keyFramesAsked", totals.publishers.key_frames_asked)
      .add("queueDrops", totals.queue_drops)
      .add("sendFailures", totals.send_failures);
}

base::Result<SendPlan> read_plan(const Json& command) {
  SendPlan plan;
  plan.packets_per_second = number(command, "pps", plan.packets_per_second);
  plan.frames_per_second = number(command, "fps", plan.frames_per_second);
  plan.packet_bytes = static_cast<std::size_t>(number(command, "size", 1200));
  plan.burst = flag(command, "burst");
  if (plan.packet_bytes < 48 || plan.packet_bytes > 1400) return base::Error{"size is not in 48 … 1400"};
  if (plan.packets_per_second < 1 || plan.packets_per_second > 1e5 || plan.frames_per_second < 1 ||
      plan.frames_per_second > plan.packets_per_second)
    return base::Error{"pps and fps are not in 1 … 100000 with fps ≤ pps"};
  return plan;
}

base::Result<void> join(Load& load, const Json& command, Line& line) {
  const std::string offer = text(command, "offer");
  PeerSpec spec{.id = id(command, "peer"),
                .publishes = flag(command, "publishes"),
                .audio = flag(command, "audio"),
                .source = id(command, "source"),
                .frames = text(command, "frames"),
                .sent_log = text(command, "sentLog"),
                .transcoded = flag(command, "transcoded"),
                .record = text(command, "record")};
  if (const std::string codec = text(command, "codec"); codec == "H264") {
    spec.video_codec = codec::CodecId::h264;
  } else if (!codec.empty() && codec != "VP8") {
    return base::Error{"no codec for peers: " + codec};
  }
  if (spec.id == 0) return base::Error{"a peer needs a number that is not 0"};
  auto peer = load.add(spec, offer.empty() ? ice::IceRole::controlling : ice::IceRole::controlled);
  if (!peer) return peer.error();
  if (offer.empty()) return line.add("offer", (*peer)->offer()), base::Result<void>();
  auto answer = (*peer)->answer(offer, now());
  if (!answer) return answer.error();
  line.add("answer", *answer);
  return {};
}

base::Result<void> to_peer(Load& load, const std::string& what, const Json& command) {
  Peer* peer = load.find(id(command, "peer"));
  if (!peer) return base::Error{"there is no such peer"};
  return what == "answer" ? peer->take_answer(text(command, "sdp"), now())
                          : peer->add_candidate(text(command, "candidate"), now());
}

void report_window(Load& load, const LoadTotals& begin, Line& line) {
  const LoadTotals end = load.totals();
  const double seconds = base::to_seconds(end.at - begin.at);
  line.begin("window")
      .add("seconds", seconds)
      .add("expected", end.expected - begin.expected)
      .add("received", end.viewers.packets - begin.viewers.packets)
      .add("holes", end.holes > begin.holes ? end.holes - begin.holes : 0)
      .add("cpuShare", static_cast<double>(end.cpu_ns - begin.cpu_ns) / 1e9 / seconds);
  write_percentiles(line, "latencyMs", load.latency());
  write_percentiles(line, "publisherLateMs", load.lateness());
  line.end();
}

void report_run(Load& load, Line& line) {
  load.drain();
  line.begin("run");
  write_totals(line, load.totals());
  line.raw().Key("srtp");
  line.raw().StartArray();
  for (const std::string& profile : load.profiles()) line.raw().String(profile.c_str());
  line.raw().EndArray();
  line.end();
}

void report_peers(Load& load, Line& line) {
  load.drain();
  line.raw().Key("peers");
  line.raw().StartArray();
  for (const auto& [id, peer] : load.peers()) {
    line.raw().StartObject();
    line.add("peer", std::uint64_t{id})
        .add("packets",
             peer->check() ? peer->check()->counters().packets : peer->publisher()->counters().published)
        .add("lost", peer->transport().failure())
        .end();
  }
  line.raw().EndArray();
}

base::Result<void> start(Load& load, const Json& command) {
  const auto plan = read_plan(command);
  if (!plan) return plan.error();
  if (id(command, "peer") == 0) return load.start(*plan, flag(command, "frames"));
  Peer* peer = load.find(id(command, "peer"));
  return peer ? load.start(*peer, *plan) : base::Error{"there is no such peer"};
}

void tell(const PeerSpec& peer, const std::string& why, base::Duration took) {
  Line line;
  line.add("event", std::string(why.empty() ? "connected" : "failed")).add("peer", std::uint64_t{peer.id});
  if (why.empty()) {
    line.add("ms", in_ms(took));
  } else {
    line.add("why", why);
  }
}

}  // namespace

CommandLine::CommandLine(std::unique_ptr<Surroundings> shared) : load_(std::move(shared), tell) {}

void CommandLine::run(std::string_view input) {
  rapidjson::Document command;
  command.Parse(input.data(), input.size());
  Line line;
  if (command.HasParseError() || !command.IsObject()) {
    line.add("error", std::string("not a JSON object"));
    return;
  }
  line.add("n", static_cast<std::uint64_t>(number(command, "n")));
  const std::string what = text(command, "do");
  base::Result<void> done;
  if (what == "join") {
    done = join(load_, command, line);
  } else if (what == "answer" || what == "candidate") {
    done = to_peer(load_, what, command);
  } else if (what == "start") {
    done = start(load_, command);
  } else if (what == "begin-window") {
    load_.begin_window();
    at_window_ = load_.totals();
  } else if (what == "end-window") {
    load_.end_window();
    report_window(load_, at_window_, line);
  } else if (what == "report") {
    report_run(load_, line);
  } else if (what == "peers") {
    report_peers(load_, line);
  } else if (what == "leave") {
    if (!load_.remove(id(command, "peer"), flag(command, "silently")))
      done = base::Error{"there is no such peer"};
  } else if (what == "stop") {
    load_.stop();
  } else if (what == "resume") {
    load_.resume();
  } else if (what == "close") {
    load_.close_all();
  } else {
    done = base::Error{"no such command: " + what};
  }
  if (!done) line.add("error", done.error().message);
}

}  // namespace kaskado::bench
