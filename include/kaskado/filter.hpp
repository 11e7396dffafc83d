// What a filter derives from, and what the server offers it.
//
// One filter object is made for each media element that a client creates. Its constructor runs on one of the
// server's threads for computing, and may take a while. All else that the server calls (process(), methods,
// properties, answers to fetch(), the destructor) comes one at a time, in order, on such threads too: a
// filter needs no locks, and what it does holds up nothing but itself.
//
// Errors are exceptions derived from std::exception. From the constructor or a method they become the answer
// that the client gets (std::invalid_argument: "illegal parameter"). From process() they become an `Error`
// event, the first of each kind, and the frame goes on as it came.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <kaskado/frame.hpp>
#include <kaskado/value.hpp>

namespace kaskado::sdk {

enum class LogLevel : int { error = 1, warning, info = 4, debug };

// A message of a data channel.
struct Data {
  std::string bytes;
  bool is_binary = false;  // UTF-8 text otherwise
};

// What came of fetching something.
struct Fetched {
  std::vector<std::uint8_t> bytes;
  std::string error;  // a sentence; empty where all went well

  bool ok() const { return error.empty(); }
};

// What the server does for one filter object. It outlives the filter. Any thread may call it, also one that
// the filter has started and ends in its destructor.
class FilterContext {
 public:
  // Larger ones are an error, as is a fetch that takes longer.
  static constexpr std::size_t kMostFetchedBytes = std::size_t{32} << 20;
  static constexpr std::chrono::seconds kMostFetchTime{20};

  virtual ~FilterContext() = default;

  // The id of the media element.
  virtual const std::string& id() const = 0;
  // The time now, on the clock of frames.
  virtual Time now() const = 0;

  // One of the events that the descriptor lists for the class; `source`, `tags`, `timestamp` and `type` are
  // added. What the descriptor does not know is left out, and said in the log.
  virtual void raise_event(std::string_view name, Map members) = 0;
  // The event `Error`, which all elements have.
  virtual void raise_error(std::string_view description) = 0;
  // To the elements that this one's data is connected to.
  virtual void send_data(Data data) = 0;
  virtual void log(LogLevel level, std::string_view text) = 0;

  // Reads http:, https: and file: addresses and absolute paths meanwhile, and calls `done` in turn with
  // process() and the methods; not at all if the filter has gone.
  virtual void fetch(std::string uri, std::function<void(Fetched)> done) = 0;
  // Calls `job` in turn with process() and the methods; not at all if the filter has gone.
  virtual void post(std::function<void()> job) = 0;

  // For stream filters: frames to be filled and sent on; `time` is when they are to be shown or heard. Throws
  // std::invalid_argument where the size is none (pictures up to 8192×8192, one or two channels, a second of
  // sound).
  virtual std::unique_ptr<VideoFrame> make_video(int width, int height, Time time) = 0;
  virtual std::unique_ptr<AudioFrame> make_audio(int channels, int samples_per_channel, Time time) = 0;
  // Sends a frame on: one of the above, or one that was pushed. Those of one kind leave in the order of these
  // calls.
  virtual void emit(std::unique_ptr<VideoFrame> frame) = 0;
  virtual void emit(std::unique_ptr<AudioFrame> frame) = 0;
};

class VideoProcessor {
 public:
  // Changes the frame in place, or not; it goes on when this returns.
  virtual void process(VideoFrame& frame) = 0;

 protected:
  ~VideoProcessor() = default;
};

class AudioProcessor {
 public:
  virtual void process(AudioFrame& frame) = 0;

 protected:
  ~AudioProcessor() = default;
};

class StreamFilter;

// The root of all. By itself it leaves media alone, which is enough for one that only sends and receives
// data.
class Filter {
 public:
  // `context` outlives the filter.
  explicit Filter(FilterContext& context) : context_(context) {}
  virtual ~Filter() = default;
  Filter(const Filter&) = delete;
  Filter& operator=(const Filter&) = delete;

  // A message came in from an element whose data is connected to this one. By itself it goes on to those
  // behind.
  virtual void receive_data(Data data) { context_.send_data(std::move(data)); }

  // What it wants of media; given by the classes below. What a filter does not want passes it by unchanged
  // and undecoded.
  virtual VideoProcessor* video_processor() { return nullptr; }
  virtual AudioProcessor* audio_processor() { return nullptr; }
  virtual StreamFilter* stream_filter() { return nullptr; }

 protected:
  FilterContext& context() const { return context_; }

 private:
  FilterContext& context_;
};

// One picture in, the same one out.
class VideoFilter : public Filter, public VideoProcessor {
 public:
  using Filter::Filter;
  VideoProcessor* video_processor() final { return this; }
};

class AudioFilter : public Filter, public AudioProcessor {
 public:
  using Filter::Filter;
  AudioProcessor* audio_processor() final { return this; }
};

class AudioVideoFilter : public Filter, public VideoProcessor, public AudioProcessor {
 public:
  using Filter::Filter;
  VideoProcessor* video_processor() final { return this; }
  AudioProcessor* audio_processor() final { return this; }
};

// Frames in, and others out whenever they are ready, as many as there are: see FilterContext::emit().
class StreamFilter : public Filter {
 public:
  using Filter::Filter;
  StreamFilter* stream_filter() final { return this; }

  // Which media it takes and gives; constant from the end of the constructor on.
  virtual bool takes_video() const = 0;
  virtual bool takes_audio() const = 0;
  // A frame that came in. To keep none waiting is the filter's own affair.
  virtual void push_video(std::unique_ptr<VideoFrame> frame) { context().emit(std::move(frame)); }
  virtual void push_audio(std::unique_ptr<AudioFrame> frame) { context().emit(std::move(frame)); }
};

}  // namespace kaskado::sdk
