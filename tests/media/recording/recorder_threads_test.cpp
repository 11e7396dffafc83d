// Recorders whose strands run on real threads.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <future>

#include "loop/compute_pool.hpp"
#include "media/recording/file_target.hpp"
#include "media/recording/recorder.hpp"
#include "recording_fixture.hpp"

namespace kaskado::media::test {
namespace {

TEST(RecorderThreads, ManyAtOnceWriteAllThatTheyAreGiven) {
  std::string name = (std::filesystem::temp_directory_path() / "kaskado-XXXXXX").string();
  const std::filesystem::path folder = mkdtemp(name.data());
  constexpr int kRecorders = 8, kFrames = 500;
  const auto pool = std::make_shared<loop::ComputePool>(4, "io");
  std::array<Written, kRecorders> written;
  std::array<std::promise<bool>, kRecorders> kept;
  std::vector<std::shared_ptr<Recorder>> recorders;
  for (std::size_t i = 0; i < kRecorders; ++i) {
    recorders.push_back(Recorder::create(
        {.strand = base::Strand::create(pool),
         .open_target = [path = (folder / std::to_string(i)).string()] { return open_file_target(path); },
         .on_failed = [](const base::Error& error) { ADD_FAILURE() << error.message; },
         .on_finished = [&promise =
                             kept[i]](const base::Result<void>& result) { promise.set_value(result.ok()); },
         .make_muxer = [&own = written[i]](container::MuxerSettings settings,
                                           const auto&) { return memory_muxer(own)(std::move(settings)); }}));
  }
  for (int frame = 0; frame < kFrames; ++frame) {
    for (const auto& recorder : recorders)
      EXPECT_TRUE(recorder->take({sound(frame * 20ms)}, {.audio = true}));
    (void)recorders[0]->statistics();
  }
  for (const auto& recorder : recorders) recorder->finish();
  recorders.clear();
  for (std::size_t i = 0; i < kRecorders; ++i) {
    EXPECT_TRUE(kept[i].get_future().get());
    EXPECT_EQ(written[i].frames.size(), static_cast<std::size_t>(kFrames));
    EXPECT_TRUE(written[i].finished);
  }
  pool->drain(std::chrono::seconds{10});
  pool->stop();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace kaskado::media::test
