#include "command_pipeline.hpp"

#include <gst/video/video.h>

#include <cstring>
#include <stdexcept>

namespace kaskado::filters {

namespace {

constexpr int kSampleRate = 48000;
constexpr const char* kVideoOutput = "video/x-raw,format=I420";
constexpr const char* kAudioOutput = "audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=[1,2]";

void copy_plane(const std::uint8_t* from, int from_stride, std::uint8_t* to, int to_stride, int width,
                int height) {
  for (int row = 0; row < height; ++row)
    std::memcpy(to + std::ptrdiff_t{row} * to_stride, from + std::ptrdiff_t{row} * from_stride,
                static_cast<std::size_t>(width));
}

void set_caps(GstAppSink* sink, const char* text) {
  const CapsHandle caps(gst_caps_from_string(text));
  gst_app_sink_set_caps(sink, caps.get());
}

}  // namespace

CommandPipeline::CommandPipeline(const std::string& command, FilterType type, Output output)
    : command_(command, type),
      output_(std::move(output)),
      pipeline_(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr)))) {
  build();
  GstBus* const bus = gst_pipeline_get_bus(GST_PIPELINE(pipeline_.get()));
  gst_bus_set_sync_handler(bus, &CommandPipeline::on_message, this, nullptr);
  gst_object_unref(bus);
  if (gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING) != GST_STATE_CHANGE_FAILURE) return;
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  throw std::invalid_argument("'command' cannot be run: one of its elements did not start");
}

CommandPipeline::~CommandPipeline() {
  gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

GstElement* CommandPipeline::add(const char* kind) {
  GstElement* const element = gst_element_factory_make(kind, nullptr);
  if (!element)
    throw std::runtime_error(std::string("GStreamer's element '") + kind +
                             "' is missing; it comes with the package gstreamer1.0-plugins-base");
  gst_bin_add(GST_BIN(pipeline_.get()), element);
  return element;
}

void CommandPipeline::build() {
  const bool video = media() == Media::video;
  GstElement* const source = add("appsrc");
  GstElement* const before = add(video ? "videoconvert" : "audioconvert");
  GstElement* const after = add(video ? "videoconvert" : "audioconvert");
  GstElement* const last = video ? after : add("audioresample");
  GstElement* const sink = add("appsink");
  gst_bin_add(GST_BIN(pipeline_.get()), command_.bin());
  if (!gst_element_link_many(source, before, command_.bin(), after, nullptr) ||
      (last != after && !gst_element_link(after, last)) || !gst_element_link(last, sink))
    throw std::invalid_argument(std::string("'command' does not take and give raw ") +
                                (video ? "video" : "audio"));
  source_ = GST_APP_SRC(source);
  sink_ = GST_APP_SINK(sink);
  g_object_set(source, "format", GST_FORMAT_TIME, "is-live", TRUE, "block", FALSE, "max-bytes", guint64{0},
               "max-time", guint64{0}, "max-buffers", guint64{kMostWaiting}, "leaky-type",
               GST_APP_LEAKY_TYPE_DOWNSTREAM, nullptr);
  g_object_set(sink, "sync", FALSE, "async", FALSE, "max-buffers", guint{kMostWaiting}, "drop", TRUE,
               "enable-last-sample", FALSE, nullptr);
  set_caps(sink_, video ? kVideoOutput : kAudioOutput);
  GstAppSinkCallbacks callbacks{};
  callbacks.new_sample = &CommandPipeline::on_sample;
  gst_app_sink_set_callbacks(sink_, &callbacks, this, nullptr);
}

void CommandPipeline::set_input(const std::string& text) {
  if (text == input_caps_) return;
  const CapsHandle caps(gst_caps_from_string(text.c_str()));
  gst_app_src_set_caps(source_, caps.get());
  input_caps_ = text;
}

void CommandPipeline::push(const RawPicture& picture, Time time) {
  if (failed_ || media() != Media::video) return;
  set_input("video/x-raw,format=I420,width=" + std::to_string(picture.width) +
            ",height=" + std::to_string(picture.height) +
            ",framerate=30/1,pixel-aspect-ratio=1/1,interlace-mode=progressive,colorimetry=bt601");
  GstVideoInfo info;
  gst_video_info_set_format(&info, GST_VIDEO_FORMAT_I420, static_cast<guint>(picture.width),
                            static_cast<guint>(picture.height));
  BufferHandle buffer(gst_buffer_new_allocate(nullptr, info.size, nullptr));
  GstVideoFrame frame;
  if (!gst_video_frame_map(&frame, &info, buffer.get(), GST_MAP_WRITE)) return;
  for (guint i = 0; i < 3; ++i) {
    copy_plane(picture.planes[i], picture.strides[i],
               static_cast<std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, i)),
               GST_VIDEO_FRAME_PLANE_STRIDE(&frame, i), GST_VIDEO_FRAME_COMP_WIDTH(&frame, i),
               GST_VIDEO_FRAME_COMP_HEIGHT(&frame, i));
  }
  gst_video_frame_unmap(&frame);
  push(std::move(buffer), time, GST_CLOCK_TIME_NONE);
}

void CommandPipeline::push(std::span<const std::int16_t> samples, int channels, Time time) {
  if (failed_ || media() != Media::audio || channels < 1) return;
  set_input("audio/x-raw,format=S16LE,layout=interleaved,rate=48000,channels=" + std::to_string(channels));
  BufferHandle buffer(gst_buffer_new_allocate(nullptr, samples.size_bytes(), nullptr));
  gst_buffer_fill(buffer.get(), 0, samples.data(), samples.size_bytes());
  const auto count = samples.size() / static_cast<std::size_t>(channels);
  push(std::move(buffer), time, gst_util_uint64_scale_int(count, static_cast<gint>(GST_SECOND), kSampleRate));
}

void CommandPipeline::push(BufferHandle buffer, Time time, GstClockTime duration) {
  if (!first_) first_ = time;
  // GStreamer knows no time before its beginning.
  const Time since = std::max(time - *first_, Time{0});
  GST_BUFFER_PTS(buffer.get()) = static_cast<GstClockTime>(since.count());
  GST_BUFFER_DURATION(buffer.get()) = duration;
  gst_app_src_push_buffer(source_, buffer.release());
}

CommandPipeline::Time CommandPipeline::time_of(GstBuffer* buffer) const {
  const Time since =
      GST_BUFFER_PTS_IS_VALID(buffer) ? Time(static_cast<Time::rep>(GST_BUFFER_PTS(buffer))) : Time{0};
  return first_.value_or(Time{0}) + since;
}

GstFlowReturn CommandPipeline::on_sample(GstAppSink* sink, gpointer self) {
  auto* const pipeline = static_cast<CommandPipeline*>(self);
  const SampleHandle sample(gst_app_sink_try_pull_sample(sink, 0));
  if (!sample) return GST_FLOW_OK;
  try {
    pipeline->media() == Media::video ? pipeline->hand_out_video(sample.get())
                                      : pipeline->hand_out_audio(sample.get());
  } catch (const std::exception& e) {
    pipeline->fail(e.what());
    return GST_FLOW_ERROR;
  }
  return GST_FLOW_OK;
}

void CommandPipeline::hand_out_video(GstSample* sample) const {
  GstVideoInfo info;
  GstVideoFrame frame;
  GstBuffer* const buffer = gst_sample_get_buffer(sample);
  if (!buffer || !gst_video_info_from_caps(&info, gst_sample_get_caps(sample)) ||
      !gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ))
    return;
  const std::unique_ptr<GstVideoFrame, void (*)(GstVideoFrame*)> unmap(&frame, gst_video_frame_unmap);
  RawPicture picture;
  picture.width = GST_VIDEO_FRAME_WIDTH(&frame);
  picture.height = GST_VIDEO_FRAME_HEIGHT(&frame);
  for (guint i = 0; i < 3; ++i) {
    picture.planes[i] = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, i));
    picture.strides[i] = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, i);
  }
  output_.video(picture, time_of(buffer));
}

void CommandPipeline::hand_out_audio(GstSample* sample) const {
  GstBuffer* const buffer = gst_sample_get_buffer(sample);
  int channels = 0;
  GstMapInfo map;
  if (!buffer ||
      !gst_structure_get_int(gst_caps_get_structure(gst_sample_get_caps(sample), 0), "channels", &channels) ||
      !gst_buffer_map(buffer, &map, GST_MAP_READ))
    return;
  struct Unmap {
    GstBuffer* buffer;
    GstMapInfo* map;
    ~Unmap() { gst_buffer_unmap(buffer, map); }
  } const unmap{buffer, &map};
  output_.audio({reinterpret_cast<const std::int16_t*>(map.data), map.size / sizeof(std::int16_t)}, channels,
                time_of(buffer));
}

void CommandPipeline::fail(const std::string& reason) {
  if (!failed_.exchange(true)) output_.failed(reason);
}

// On whichever thread posts it. Nothing is kept for a main loop, which there is not.
GstBusSyncReply CommandPipeline::on_message(GstBus*, GstMessage* message, gpointer self) {
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ERROR) {
    GError* error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    static_cast<CommandPipeline*>(self)->fail(std::string(GST_MESSAGE_SRC_NAME(message)) + ": " +
                                              error->message);
    g_clear_error(&error);
  }
  return GST_BUS_DROP;
}

}  // namespace kaskado::filters
