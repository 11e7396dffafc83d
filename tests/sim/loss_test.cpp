// One publisher and its viewers through networks that lose, delay, reorder and duplicate.
#include "scene.hpp"

namespace kaskado::sim {
namespace {

struct Impairment {
  const char* name;
  LinkShape shape;  // of each direction of each peer
  int most_lost_of_1000 = 0;
};

void PrintTo(const Impairment& impairment, std::ostream* out) {
  *out << impairment.name;
}

class Impaired : public testing::TestWithParam<std::tuple<Impairment, std::uint64_t>> {};

TEST_P(Impaired, EveryViewerGetsWhatTheNackWindowAllows) {
  const auto& [impairment, seed] = GetParam();
  Scene scene(seed);
  const LinkShape& shape = impairment.shape;
  scene.rules.longest_interval = 2 * (shape.delay + shape.jitter) + 20ms;
  PeerOptions options{.up = shape, .down = shape};
  SimPeer& publisher = scene.add_publisher(options);
  std::vector<SimPeer*> viewers;
  for (int i = 0; i < 3; ++i) viewers.push_back(&scene.add_viewer(publisher, options));
  ASSERT_TRUE(scene.connect());
  publisher.start_media();
  scene.run_for(8s);
  scene.drain();
  int recovered = 0;
  for (SimPeer* viewer : viewers) {
    for (const rtp::MediaKind kind : {rtp::MediaKind::video, rtp::MediaKind::audio}) {
      const StreamResult result = scene.expect_stream(publisher, *viewer, kind);
      EXPECT_LE(result.lost * 1000, impairment.most_lost_of_1000 * result.arrived);
      recovered += result.recovered;
    }
  }
  if (shape.loss > 0) {
    EXPECT_GT(recovered, 50);
  }
  scene.expect_clean_end();
}

const Impairment kImpairments[] = {
    {"Loss10", {.loss = 0.10}, 2},
    {"Jitter50", {.jitter = 50ms}, 0},
    {"Duplicates", {.duplication = 0.2, .jitter = 10ms}, 0},
    {"Everything", {.loss = 0.10, .duplication = 0.05, .delay = 30ms, .jitter = 50ms}, 10},
    {"Loss30", {.loss = 0.30, .jitter = 20ms}, 60},
};

std::string name_of(const testing::TestParamInfo<Impaired::ParamType>& test) {
  return std::get<0>(test.param).name + std::string("_") + std::to_string(std::get<1>(test.param));
}

INSTANTIATE_TEST_SUITE_P(Seeds, Impaired,
                         testing::Combine(testing::ValuesIn(kImpairments),
                                          testing::Range<std::uint64_t>(1, 11)),
                         name_of);

}  // namespace
}  // namespace kaskado::sim
