// Files played into a pipeline, on virtual time: what is read on the I/O pool is read by the test's own loop.
#include "pipeline/playback/media_player.hpp"

#include <fstream>
#include <iterator>

#include "coded_media.hpp"
#include "container/byte_pipe.hpp"

namespace kaskado::pipeline::test {
namespace {

class Player final : public MediaElement, public MediaPlayer::Listener {
 public:
  Player(const Construction& construction, MediaObject* parent, MediaPlayerSettings settings)
      : MediaElement(construction, parent), player(shard(), *this, *this, std::move(settings)) {}

  RtpFeed* source(MediaType type) override { return player.feed(type); }
  void on_release() override {
    player.stop();
    MediaElement::on_release();
  }
  void on_feeds_changed() override { rebind(); }
  void on_flow(MediaType type, bool flowing) override { set_flowing_out(type, flowing); }
  void on_end() override { ended_at = shard().now(); }
  void on_failure(MediaPlayer::Failure, const std::string& sentence) override {
    failures.push_back(sentence);
  }

  MediaPlayer player;
  std::optional<Instant> ended_at;
  std::vector<std::string> failures;
};

MediaPlayerSettings* next_settings = nullptr;

const ClassInfo kPlayerClass{
    .name = "Player",
    .module = "test",
    .namespace_ = "test",
    .parent = &kMediaElementClass,
    .create = [](const Construction& construction,
                 const Arguments& arguments) -> ApiResult<std::unique_ptr<MediaObject>> {
      MediaObject* parent = construction.host.find(*arguments.at(0).string());
      return std::unique_ptr<MediaObject>(std::make_unique<Player>(construction, parent, *next_settings));
    }};

std::string path_of(const std::string& name) {
  return std::string(KASKADO_CONTAINER_DATA) + "/" + name;
}

MediaPlayerSettings playing(const std::string& name) {
  MediaPlayerSettings settings;
  settings.location.open_bytes = [path = path_of(name)] { return container::open_file(path); };
  return settings;
}

class MediaPlayers : public CodedMediaTest {
 protected:
  MediaPlayers() {
    shard.reach_by([this](std::function<void(Shard&)> command) { posted_.push_back(std::move(command)); });
  }
  ~MediaPlayers() override {
    shard.objects().release_all();
    settle();
  }

  Player& add_player(MediaPlayerSettings settings) {
    next_settings = &settings;
    EXPECT_TRUE(shard.objects().create(kPlayerClass, "player", {Value(std::string("pipe"))}).ok());
    return *dynamic_cast<Player*>(shard.objects().find("player"));
  }
  Player& add_player_seen_by(Subscriber& eye) {
    Player& player = add_player(playing("vp8_opus.webm"));
    add_viewer("eye", eye, MediaType::video, format(120, "VP8"), player);
    return player;
  }
  void add_viewer(const std::string& id, Subscriber& subscriber, MediaType type, const MediaFormat& wanted,
                  MediaElement& of) {
    add(id).add_sink(type, subscriber.line).configure({{wanted}, {}, {}});
    connect(of, element(id), type);
    viewers.push_back(&subscriber);
  }
  void settle() {
    do {
      compute.settle();
      for (const auto& command : std::exchange(posted_, {})) command(shard);
    } while (!posted_.empty() || compute.executor().waiting() > 0);
  }
  void play_for(base::Duration span, base::Duration step = 5ms) {
    for (const base::Duration end = since_ + span; since_ < end;) {
      since_ += step;
      at(since_);
      settle();
      shard.advance(now());
      settle();
      deliver();
    }
  }
  // Between the first and the last packet that it got, by their RTP times.
  static double seconds_of(const Subscriber& viewer, double clock_rate) {
    return static_cast<std::int32_t>(viewer.rtp.back().header.timestamp.value -
                                     viewer.rtp.front().header.timestamp.value) /
           clock_rate;
  }

 private:
  base::Duration since_{};
  std::vector<std::function<void(Shard&)>> posted_;
};

TEST_F(MediaPlayers, SendsPacketsAsTheyAreAtTheSpeedOfTheFile) {
  Player& player = add_player(playing("vp8_opus.webm"));
  Subscriber eye(1), ear(2);
  add_viewer("eye", eye, MediaType::video, format(120, "VP8"), player);
  add_viewer("ear", ear, MediaType::audio, opus(), player);
  player.player.play();
  play_for(1s);
  EXPECT_NEAR(static_cast<double>(frames_of(eye, CodecId::vp8).size()), 25, 2);
  EXPECT_NEAR(static_cast<double>(ear.rtp.size()), 50, 3);
  EXPECT_NEAR(base::to_seconds(player.player.position()), 1, 0.02);
  EXPECT_TRUE(player.is_media_flowing_out(MediaType::video, "default").value());
  play_for(2s);
  EXPECT_EQ(frames_of(eye, CodecId::vp8).size(), 50u);
  EXPECT_EQ(look(eye, CodecId::vp8).size(), 50u);
  EXPECT_NEAR(seconds_of(eye, 90'000), 1.96, 0.001);
  EXPECT_NEAR(seconds_of(ear, 48'000), 1.98, 0.021);
  ASSERT_TRUE(player.ended_at);
  EXPECT_NEAR(base::to_seconds(*player.ended_at - kStart), 2, 0.1);
  EXPECT_FALSE(player.is_media_flowing_out(MediaType::video, "default").value());
  EXPECT_FALSE(player.is_media_transcoding(MediaType::video, "default").value());
  EXPECT_TRUE(player.failures.empty());
}

TEST_F(MediaPlayers, EachPacketOfSoundStandsBehindTheOneBefore) {
  Player& player = add_player(playing("vp8_opus.webm"));
  Subscriber ear(2);
  add_viewer("ear", ear, MediaType::audio, opus(), player);
  player.player.play();
  play_for(3s);
  ASSERT_GE(ear.rtp.size(), 99u);
  for (std::size_t i = 1; i < ear.rtp.size(); ++i)
    EXPECT_EQ(ear.rtp[i].header.timestamp.value - ear.rtp[i - 1].header.timestamp.value, 960u);
}

TEST_F(MediaPlayers, EncodesForThoseWhoTakeAnotherCodec) {
  Player& player = add_player(playing("vp8_opus.webm"));
  Subscriber eye(1), ear(2);
  add_viewer("eye", eye, MediaType::video, h264(), player);
  add_viewer("ear", ear, MediaType::audio, pcmu(), player);
  player.player.play();
  play_for(3s);
  EXPECT_GE(look(eye, CodecId::h264).size(), 45u);
  EXPECT_GE(ear.rtp.size(), 90u);
  EXPECT_GE(codec::tone_to_noise(listen(ear, CodecId::pcmu, {8000, 1}), 440, 8000), 20);
}

TEST_F(MediaPlayers, DecodesWhatNoBrowserKnows) {
  Player& player = add_player(playing("mpeg2.ts"));
  Subscriber eye(1), ear(2);
  add_viewer("eye", eye, MediaType::video, format(120, "VP8"), player);
  add_viewer("ear", ear, MediaType::audio, opus(), player);
  player.player.play();
  play_for(2s);
  EXPECT_GE(look(eye, CodecId::vp8).size(), 20u);
  EXPECT_GE(ear.rtp.size(), 40u);
  EXPECT_TRUE(player.is_media_transcoding(MediaType::video, "default").value());
}

TEST_F(MediaPlayers, DecodesPicturesThatAreReordered) {
  Player& player = add_player(playing("bframes_aac.mp4"));
  Subscriber eye(1);
  add_viewer("eye", eye, MediaType::video, h264(), player);
  player.player.play();
  play_for(3s);
  EXPECT_GE(look(eye, CodecId::h264).size(), 45u);
  EXPECT_NEAR(seconds_of(eye, 90'000), 1.96, 0.1);
}

TEST_F(MediaPlayers, SendsThemAsTheyAreWhereThatIsAskedFor) {
  MediaPlayerSettings settings = playing("bframes_aac.mp4");
  settings.as_they_are = true;
  Player& player = add_player(settings);
  Subscriber eye(1);
  add_viewer("eye", eye, MediaType::video,
             format(102, "H264", 90'000, "profile-level-id=64001f;packetization-mode=1"), player);
  player.player.play();
  play_for(3s);
  EXPECT_EQ(frames_of(eye, CodecId::h264).size(), 50u);
  EXPECT_EQ(key_frames_of(eye, CodecId::h264), 2);
}

TEST_F(MediaPlayers, StandsStillWhileItIsPaused) {
  Subscriber eye(1);
  Player& player = add_player_seen_by(eye);
  player.player.play();
  play_for(500ms);
  player.player.pause();
  const auto frames = frames_of(eye, CodecId::vp8).size();
  const base::Duration position = player.player.position();
  play_for(10s);
  EXPECT_EQ(frames_of(eye, CodecId::vp8).size(), frames);
  EXPECT_EQ(player.player.position(), position);
  EXPECT_FALSE(player.is_media_flowing_out(MediaType::video, "default").value());
  player.player.play();
  play_for(2s);
  EXPECT_EQ(frames_of(eye, CodecId::vp8).size(), 50u);
  EXPECT_NEAR(seconds_of(eye, 90'000), 11.96, 0.02);  // as long as it took
}

TEST_F(MediaPlayers, GoesToThePositionThatIsSet) {
  Subscriber eye(1);
  Player& player = add_player_seen_by(eye);
  EXPECT_FALSE(player.player.seek(1s));
  player.player.play();
  play_for(200ms);
  EXPECT_TRUE(player.player.seek(1500ms));
  play_for(100ms);
  EXPECT_NEAR(base::to_seconds(player.player.position()), 1.1, 0.1);
  play_for(2s);
  EXPECT_NEAR(static_cast<double>(frames_of(eye, CodecId::vp8).size()), 5 + 25, 2);
  EXPECT_TRUE(player.ended_at);
}

TEST_F(MediaPlayers, GoesToAPositionThatIsSetBeforeTheSourceIsOpen) {
  Subscriber eye(1);
  Player& player = add_player_seen_by(eye);
  player.player.play();
  EXPECT_TRUE(player.player.seek(1500ms));
  play_for(3s);
  EXPECT_NEAR(static_cast<double>(frames_of(eye, CodecId::vp8).size()), 25, 2);
  EXPECT_TRUE(player.ended_at);
}

TEST_F(MediaPlayers, PlaysAgainFromTheBeginning) {
  Subscriber eye(1);
  Player& player = add_player_seen_by(eye);
  player.player.play();
  play_for(3s);
  ASSERT_TRUE(player.ended_at);
  player.ended_at.reset();
  player.player.play();
  play_for(3s);
  EXPECT_TRUE(player.ended_at);
  EXPECT_EQ(look(eye, CodecId::vp8).size(), 100u);
}

TEST_F(MediaPlayers, TellsWhyItCannotBeOpened) {
  Player& player = add_player(playing("no_such_file.webm"));
  player.player.play();
  play_for(100ms);
  ASSERT_EQ(player.failures.size(), 1u);
  EXPECT_NE(player.failures[0].find("No such file"), std::string::npos) << player.failures[0];
  EXPECT_FALSE(player.ended_at);
  EXPECT_EQ(player.player.feed(MediaType::video), nullptr);
}

TEST_F(MediaPlayers, WhatBreaksOffIsPlayedSoFar) {
  std::ifstream file(path_of("vp8_opus.webm"), std::ios::binary);
  const std::vector<std::uint8_t> content{std::istreambuf_iterator<char>(file), {}};
  MediaPlayerSettings settings;
  settings.location.open_bytes = [&content]() -> base::Result<std::shared_ptr<container::ByteSource>> {
    const auto pipe = std::make_shared<container::BytePipe>(nullptr);
    pipe->write(base::Bytes(content).first(content.size() / 2));
    pipe->fail("the sender is gone");
    return std::shared_ptr<container::ByteSource>(pipe);
  };
  Player& player = add_player(settings);
  Subscriber eye(1);
  add_viewer("eye", eye, MediaType::video, format(120, "VP8"), player);
  player.player.play();
  play_for(3s);
  EXPECT_EQ(player.failures, std::vector<std::string>{"the sender is gone"});
  EXPECT_TRUE(player.ended_at);
  EXPECT_GE(frames_of(eye, CodecId::vp8).size(), 10u);
}

TEST_F(MediaPlayers, ReadsLittleAhead) {
  Player& player = add_player(playing("mpeg4_mp3.avi"));
  player.player.play();
  play_for(100ms);
  // 500 ms ahead and what a slice brings, of a file of one second at 45 KB.
  EXPECT_FALSE(player.ended_at);
  EXPECT_NE(player.player.dot().find("mpeg4"), std::string::npos);
}

TEST_F(MediaPlayers, OpensAgainWhatCannotBeOpened) {
  int opened = 0;
  MediaPlayerSettings settings;
  settings.reconnects = true;
  settings.location.open_bytes = [&]() -> base::Result<std::shared_ptr<container::ByteSource>> {
    ++opened;
    if (opened < 4) return base::Error{"nobody there"};
    return container::open_file(path_of("vp8_opus.webm"));
  };
  Player& player = add_player(settings);
  Subscriber eye(1);
  add_viewer("eye", eye, MediaType::video, format(120, "VP8"), player);
  player.player.play();
  play_for(6500ms);
  EXPECT_EQ(opened, 3);  // at 0, 1 and 3 seconds
  EXPECT_EQ(player.failures.size(), 1u);
  play_for(1500ms);
  EXPECT_EQ(opened, 4);
  EXPECT_GE(frames_of(eye, CodecId::vp8).size(), 10u);
  player.player.stop();
  play_for(20s);
  EXPECT_EQ(opened, 4);
}

TEST_F(MediaPlayers, GoesToTheLastOfManyPositions) {
  Subscriber eye(1);
  Player& player = add_player_seen_by(eye);
  player.player.play();
  play_for(100ms);
  for (int i = 0; i < 500; ++i) EXPECT_TRUE(player.player.seek(i % 2 ? 0s : 1900ms));
  EXPECT_TRUE(player.player.seek(1100ms));
  play_for(300ms);
  EXPECT_NEAR(base::to_seconds(player.player.position()), 1.3, 0.05);
  play_for(1s);
  EXPECT_TRUE(player.ended_at);
  EXPECT_TRUE(player.failures.empty());
}

// Sound of that length, made as it is read: WAVE with G.711 (RFC 2361 appendix A.4).
class LongSound final : public container::ByteSource {
 public:
  explicit LongSound(std::uint32_t seconds) : bytes_(seconds * 8000) {
    const auto text = [this](std::string_view word) {
      header_.insert(header_.end(), word.begin(), word.end());
    };
    const auto number = [this](std::uint32_t value, int octets) {
      for (int i = 0; i < octets; ++i) header_.push_back(static_cast<std::uint8_t>(value >> 8 * i));
    };
    text("RIFF"), number(36 + bytes_, 4), text("WAVEfmt "), number(16, 4), number(7, 2), number(1, 2);
    number(8000, 4), number(8000, 4), number(1, 2), number(8, 2), text("data"), number(bytes_, 4);
  }
  base::Result<std::size_t> read(base::MutableBytes room) override {
    std::size_t given = 0;
    for (; given < room.size() && position_ < header_.size() + bytes_; ++given, ++position_)
      room[given] = position_ < header_.size() ? header_[position_] : std::uint8_t{0x55};
    return given;
  }

 private:
  const std::uint32_t bytes_;
  std::vector<std::uint8_t> header_;
  std::size_t position_ = 0;
};

TEST_F(MediaPlayers, AnHourTakesAnHour) {
  MediaPlayerSettings settings;
  settings.location.open_bytes = []() -> base::Result<std::shared_ptr<container::ByteSource>> {
    return std::shared_ptr<container::ByteSource>(std::make_shared<LongSound>(3600));
  };
  Player& player = add_player(settings);
  Subscriber ear(2);
  add_viewer("ear", ear, MediaType::audio, pcmu(), player);
  player.player.play();
  play_for(100ms);
  const std::uint32_t first = ear.rtp.front().header.timestamp.value;
  std::size_t packets = 0;
  while (!player.ended_at && now() < kStart + 3700s) {
    packets += ear.rtp.size();
    ear.forget();
    play_for(1s, 20ms);
  }
  ASSERT_FALSE(ear.rtp.empty());
  EXPECT_EQ(ear.rtp.back().header.timestamp.value - first + ear.rtp.back().payload.size(), 3600u * 8000);
  EXPECT_GE(packets, 3600u * 50 - 50);
  ASSERT_TRUE(player.ended_at);
  EXPECT_NEAR(base::to_seconds(*player.ended_at - kStart), 3600, 0.05);
}

TEST_F(MediaPlayers, NothingIsDecodedThatNobodyFollows) {
  Player& player = add_player(playing("mpeg2.ts"));
  player.player.play();
  play_for(2s);
  EXPECT_TRUE(player.ended_at);
  EXPECT_FALSE(player.is_media_transcoding(MediaType::video, "default").value());
}

}  // namespace
}  // namespace kaskado::pipeline::test
