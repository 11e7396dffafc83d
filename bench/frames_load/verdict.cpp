#include "verdict.hpp"

#include <algorithm>
#include <fstream>
#include <memory>

#include "codec/synthetic.hpp"
#include "codec/video_codec.hpp"
#include "ivf.hpp"

namespace kaskado::bench {

namespace {

// Below this a picture is not the one that its mark says.
constexpr double kAlike_db = 24;
constexpr std::int64_t kLongest_ns = 5'000'000'000;

// When each number was sent, in order.
using SentTimes = std::map<unsigned, std::vector<std::int64_t>>;

base::Result<SentTimes> read_sent(const std::string& path) {
  std::ifstream file(path);
  if (!file) return base::Error{"cannot read " + path};
  SentTimes times;
  std::int64_t at_ns = 0;
  unsigned number = 0;
  while (file >> at_ns >> number) times[number].push_back(at_ns);
  return times;
}

std::optional<std::int64_t> sent_before(const SentTimes& times, unsigned number, std::int64_t arrived_ns) {
  const auto found = times.find(number);
  if (found == times.end()) return std::nullopt;
  const auto after = std::ranges::lower_bound(found->second, arrived_ns);
  if (after == found->second.begin() || arrived_ns - *std::prev(after) > kLongest_ns) return std::nullopt;
  return *std::prev(after);
}

class Judge {
 public:
  Judge(const Judging& judging, std::vector<SentTimes> sent)
      : judging_(judging), sent_(std::move(sent)), last_(sent_.size()) {}

  void look(const codec::Picture& picture, std::int64_t arrived_ns) {
    ++verdict.pictures;
    for (unsigned source = 0; source < sent_.size(); ++source) {
      const Cell cell = cell_of(picture, static_cast<int>(source));
      const auto mark = read_mark(picture, cell);
      if (!mark || mark->source != source) {
        ++verdict.unreadable;
        continue;
      }
      verdict.stale += last_[source] == mark;
      last_[source] = mark;
      const auto sent_ns = sent_before(sent_[source], mark->number, arrived_ns);
      verdict.unsent += !sent_ns;
      if (sent_ns) verdict.latency.add(base::Duration{arrived_ns - *sent_ns});
      if (sent_.size() == 1) compare(picture, *mark);
    }
  }

  Verdict verdict;

 private:
  Cell cell_of(const codec::Picture& picture, int source) const {
    const auto boundary = [](int n, int parts, int length) {
      return n == parts ? length : (length * n / parts) & ~1;
    };
    const int column = source % judging_.columns, row = source / judging_.columns;
    const int left = boundary(column, judging_.columns, picture.width());
    const int top = boundary(row, judging_.rows, picture.height());
    return {left, top, boundary(column + 1, judging_.columns, picture.width()) - left,
            boundary(row + 1, judging_.rows, picture.height()) - top};
  }

  // To draw takes long, so not all are.
  void compare(const codec::Picture& picture, const PictureMark& mark) {
    constexpr std::uint64_t kEach = 7;
    if (verdict.pictures % kEach != 0) return;
    codec::Picture drawn(picture.width(), picture.height());
    draw_test_picture(drawn, mark);
    const double alike_db = codec::psnr(picture, drawn);
    if (verdict.least_psnr_db == 0 || alike_db < verdict.least_psnr_db) verdict.least_psnr_db = alike_db;
    verdict.different += alike_db < kAlike_db;
  }

  const Judging& judging_;
  const std::vector<SentTimes> sent_;
  std::vector<std::optional<PictureMark>> last_;
};

}  // namespace

base::Result<Verdict> judge(const Judging& judging) {
  std::vector<SentTimes> sent;
  for (const std::string& path : judging.sent_logs) {
    auto times = read_sent(path);
    if (!times) return times.error();
    sent.push_back(std::move(*times));
  }
  const auto recorded = IvfFile::read(judging.recorded);
  if (!recorded) return recorded.error();
  auto decoder = codec::VideoDecoder::create(recorded->codec, std::make_shared<codec::PicturePool>());
  if (!decoder) return decoder.error();
  Judge judge(judging, std::move(sent));
  std::vector<codec::VideoDecoder::Decoded> pictures;
  for (const IvfFrame& frame : recorded->frames) {
    const auto arrived_ns = static_cast<std::int64_t>(frame.stamp);
    pictures.clear();
    const auto decoded = (*decoder)->decode(*frame.bytes, 0, pictures);
    if (arrived_ns < judging.from_ns || arrived_ns > judging.to_ns) continue;
    judge.verdict.undecodable += !decoded;
    for (const auto& each : pictures) judge.look(*each.picture, arrived_ns);
  }
  return judge.verdict;
}

}  // namespace kaskado::bench
