// Owners of what GStreamer counts references of.
#pragma once

#include <gst/gst.h>

#include <memory>

namespace kaskado::filters {

struct Unref {
  void operator()(gpointer object) const { gst_object_unref(object); }
};
template <typename T>
using Handle = std::unique_ptr<T, Unref>;

struct UnrefMini {
  void operator()(GstCaps* caps) const { gst_caps_unref(caps); }
  void operator()(GstSample* sample) const { gst_sample_unref(sample); }
  void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
};
using CapsHandle = std::unique_ptr<GstCaps, UnrefMini>;
using SampleHandle = std::unique_ptr<GstSample, UnrefMini>;
using BufferHandle = std::unique_ptr<GstBuffer, UnrefMini>;

}  // namespace kaskado::filters
