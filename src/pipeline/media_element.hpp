// A node of the media graph: what it is connected to, and how media finds its way through it.
//
// Packets never walk this graph one by one. An element either makes media (its `source`), takes media (its
// `sink`), or passes it on; whenever links change, every sink downstream is bound anew to the source that its
// links lead up to, and packets go from there to here in one hop.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/data_message.hpp"
#include "pipeline/encoding.hpp"
#include "pipeline/feed_owner.hpp"
#include "pipeline/media_object.hpp"
#include "pipeline/pad.hpp"

namespace kaskado::pipeline {

class MediaElement;
class MediaInput;
class PipelineMirror;
class RelaySender;
class RtpFeed;

// Who follows media from another shard.
struct RelayName {
  Pad pad;
  std::size_t to;       // the shard
  std::uint32_t relay;  // a RelayedSource there
  bool operator==(const RelayName&) const = default;
};

// A connection of one media type, owned by its source element. One whose descriptions name no pads is kept
// and told of, but media has no use for it.
struct Link {
  MediaElement* source;
  MediaElement* sink;
  MediaType type;
  std::string source_description;
  std::string sink_description;

  std::optional<Pad> from() const { return pad_of(type, source_description); }
  std::optional<Pad> to() const { return pad_of(type, sink_description); }
};

class MediaElement : public MediaObject, public MediaElementApi, public FeedOwner {
 public:
  MediaElement(const Construction& construction, MediaObject* parent);
  ~MediaElement() override;

  const std::vector<std::unique_ptr<Link>>& outgoing() const { return outgoing_; }
  const std::vector<Link*>& incoming() const { return incoming_; }
  Shard& shard() const { return *shard_; }
  // The shard that the element itself lives on.
  virtual std::size_t home() const;

  // The pipeline's elements are to tell how old media is that comes to them.
  bool tells_latency() const;

  // The media that this element makes itself, or nullptr.
  virtual RtpFeed* source(MediaType) { return nullptr; }
  // Where media that arrives here ends: it leaves the pipeline, or becomes something else. Or nullptr.
  virtual MediaInput* sink(MediaType) { return nullptr; }
  // The same of any pad: source() and sink() are those of the default ones, and few elements have others.
  virtual RtpFeed* source_of(Pad pad) { return pad.is_default() ? source(pad.type) : nullptr; }
  virtual MediaInput* sink_of(Pad pad) { return pad.is_default() ? sink(pad.type) : nullptr; }
  // The default pads, and what links lead from and to beside them.
  std::vector<Pad> pads() const;
  // Whether what arrives by the default pad leaves again by that to the elements connected behind.
  virtual bool passes(MediaType) const { return false; }

  // The element whose input is what leaves here, and those that let out what comes in here: itself where it passes media
  // on, and other ports of its hub.
  virtual MediaElement* passed_from(MediaType type) { return passes(type) ? this : nullptr; }
  virtual std::vector<MediaElement*> passed_to(MediaType type) {
    return passes(type) ? std::vector<MediaElement*>{this} : std::vector<MediaElement*>{};
  }
  // To be called when what passed_from() gives has changed.
  void reroute(MediaType type);

  // The source that media comes from which leaves here by `pad`, followed up through the elements that pass
  // it on; nullptr where the way ends or goes in a circle.
  RtpFeed* origin(Pad pad);
  // To be called when what source() or sink() give has changed: binds this element and those behind it.
  void rebind();

  // Media began or ended to come in here, or to leave here to the elements behind.
  void set_flowing_in(Pad pad, bool flowing) { set_flowing_in(pad, flowing, kMaxHops); }
  void set_flowing_out(Pad pad, bool flowing) { set_flowing_out(pad, flowing, kMaxHops); }
  // The media of `type` that leaves here has come to its end, as a file's does: tells those that it went to.
  void tell_end_of_stream(MediaType type) { tell_end_of_stream(type, kMaxHops); }

  // A message of data channels leaves here, to all that data is connected to; messages walk the graph one by one.
  void send_data(const DataRef& message) { send_data(message, kMaxHops); }
  // One has come in here. `hops` is how far it may still go.
  virtual void receive_data(const DataRef& message, int hops);

  media::BitrateWishes encoding_wishes() const override {
    return {encoder_bitrate_, min_encoder_bitrate_, max_encoder_bitrate_};
  }
  void set_transcoding(MediaType type, bool transcoding) override;
  std::shared_ptr<media::SourceTime> source_time() override;
  bool flowing_out(Pad pad) const { return flowing_out_[pad]; }

  // The way to another shard where somebody follows this element's media, encoded `as`, or one of
  // its encodings, where that is given.
  void add_relay(const RelayName& name, const std::optional<Encoding>& as, std::optional<std::size_t> encoding = {});
  void remove_relay(const RelayName& name);
  RelaySender* relay(const RelayName& name) const;

  // One link. A sink takes one source of a type: the new one replaces the old.
  void connect_one(MediaElement& sink, MediaType type, const std::string& source_description,
                   const std::string& sink_description);
  // Removes the link where there is one; ElementDisconnected is raised in any case, as clients expect.
  void disconnect_one(MediaElement& sink, MediaType type, const std::string& source_description,
                      const std::string& sink_description);

  void on_created() override;
  void on_release() override;

  ApiResult<int> get_encoder_bitrate() override { return encoder_bitrate_; }
  ApiResult<void> set_encoder_bitrate(int encoder_bitrate) override;
  ApiResult<int> get_min_encoder_bitrate() override { return min_encoder_bitrate_; }
  ApiResult<void> set_min_encoder_bitrate(int min_encoder_bitrate) override;
  ApiResult<int> get_max_encoder_bitrate() override { return max_encoder_bitrate_; }
  ApiResult<void> set_max_encoder_bitrate(int max_encoder_bitrate) override;
  // The 6.x names of the same three (one of them with its historical spelling).
  ApiResult<int> get_min_ouput_bitrate() override { return min_encoder_bitrate_; }
  ApiResult<void> set_min_ouput_bitrate(int bitrate) override { return set_min_encoder_bitrate(bitrate); }
  ApiResult<int> get_min_output_bitrate() override { return min_encoder_bitrate_; }
  ApiResult<void> set_min_output_bitrate(int bitrate) override { return set_min_encoder_bitrate(bitrate); }
  ApiResult<int> get_max_ouput_bitrate() override { return max_encoder_bitrate_; }
  ApiResult<void> set_max_ouput_bitrate(int bitrate) override { return set_max_encoder_bitrate(bitrate); }
  ApiResult<int> get_max_output_bitrate() override { return max_encoder_bitrate_; }
  ApiResult<void> set_max_output_bitrate(int bitrate) override { return set_max_encoder_bitrate(bitrate); }
  ApiResult<void> set_output_bitrate(int bitrate) override { return set_encoder_bitrate(bitrate); }

  ApiResult<std::vector<ElementConnectionData>> get_source_connections(std::optional<MediaType> media_type,
                                                                       std::optional<std::string> description) override;
  ApiResult<std::vector<ElementConnectionData>> get_sink_connections(std::optional<MediaType> media_type,
                                                                     std::optional<std::string> description) override;
  ApiResult<void> connect(MediaElement* sink, std::optional<MediaType> media_type,
                          std::optional<std::string> source_media_description,
                          std::optional<std::string> sink_media_description) override;
  ApiResult<void> disconnect(MediaElement* sink, std::optional<MediaType> media_type,
                             std::optional<std::string> source_media_description,
                             std::optional<std::string> sink_media_description) override;
  ApiResult<void> set_audio_format(AudioCaps caps) override;
  ApiResult<void> set_video_format(VideoCaps caps) override;
  ApiResult<std::string> get_gstreamer_dot(std::optional<GstreamerDotDetails> details) override;
  ApiResult<void> dump_gstreamer_dot(std::optional<GstreamerDotDetails> details) override;
  ApiResult<std::map<std::string, Value>> get_stats(std::optional<MediaType> media_type) override;
  ApiResult<bool> is_media_flowing_in(MediaType media_type, std::string sink_media_description) override;
  ApiResult<bool> is_media_flowing_out(MediaType media_type, std::string source_media_description) override;
  ApiResult<bool> is_media_transcoding(MediaType media_type, std::string bin_name) override;

 protected:
  // Media begins or ends to come in by the default pad: for those that make something else of it.
  virtual void on_flowing_in(MediaType, bool) {}
  // What comes in here has come to its end.
  virtual void on_end_of_stream(MediaType) {}
  // A message of data channels ends here.
  virtual void on_data(const DataRef&) {}

 private:
  struct Relay {
    RelayName name;
    std::unique_ptr<RelaySender> sender;
  };
  // Media goes through as many elements and no more: what is further behind gets nothing, and no chain that a
  // client makes is walked for long.
  static constexpr int kMaxHops = 256;

  static std::size_t index(MediaType type) { return static_cast<std::size_t>(type); }
  Link* incoming_link(MediaType type, std::string_view sink_description) const;
  Link* incoming_link(Pad pad) const;
  void set_caps(MediaType type, const MediaCaps& caps);
  // Where the pipeline has one; what is done to the graph is to be told to it.
  PipelineMirror* mirror();
  // Binds this element and those behind it, as many hops down, to where their media now comes from.
  void rebind(Pad pad, const MediaElement* start, int hops);
  void rebind_behind(Pad pad, const MediaElement* start, int hops);
  void tell_transcoding(MediaType type, bool transcoding);
  void encoding_changed();
  void tell_end_of_stream(MediaType type, int hops);
  void send_data(const DataRef& message, int hops);
  void set_flowing_in(Pad pad, bool flowing, int hops);
  void set_flowing_out(Pad pad, bool flowing, int hops);

  Shard* shard_;
  std::vector<std::unique_ptr<Link>> outgoing_;
  std::vector<Link*> incoming_;
  std::vector<Relay> relays_;
  std::array<MediaCaps, 3> caps_;
  PadFlags flowing_in_;
  PadFlags flowing_out_;
  std::array<std::optional<bool>, 3> transcoding_;  // as told
  std::array<int, 3> transcoders_{};
  std::shared_ptr<media::SourceTime> source_time_;  // from the first use on
  int encoder_bitrate_;  // bits per second, as the two below
  int min_encoder_bitrate_;
  int max_encoder_bitrate_;
};

// nullptr where `host` has no element of that id.
MediaElement* find_element(ObjectHost& host, std::string_view id);

}  // namespace kaskado::pipeline
