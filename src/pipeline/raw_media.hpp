// Media of one type as raw frames.
#pragma once

#include <memory>

#include "media/stage.hpp"

namespace kaskado::pipeline {

// Where frames can be had; one of both is set, or none where nothing here can decode them.
struct RawMedia {
  std::shared_ptr<media::VideoSource> video;
  std::shared_ptr<media::AudioSource> audio;
};

// Who takes them; one of both is set.
struct RawSink {
  std::shared_ptr<media::VideoSink> video;
  std::shared_ptr<media::AudioSink> audio;
};

inline void join(const RawMedia& media, const RawSink& sink) {
  if (media.video && sink.video) media.video->add(sink.video);
  if (media.audio && sink.audio) media.audio->add(sink.audio);
}

// Once this returns the sink gets nothing more of that media.
inline void part(const RawMedia& media, const RawSink& sink) {
  if (media.video && sink.video) media.video->remove(sink.video.get());
  if (media.audio && sink.audio) media.audio->remove(sink.audio.get());
}

}  // namespace kaskado::pipeline
