// A client's command, such as `videobalance saturation=0 ! videoflip`, as elements of GStreamer.
#pragma once

#include <string>
#include <vector>

#include "handle.hpp"

namespace kaskado::filters {

enum class Media { video, audio };
enum class FilterType { autodetect, video, audio };

class Command {
 public:
  static constexpr std::size_t kMostBytes = 4096;
  static constexpr std::size_t kMostElements = 32;

  // Throws std::invalid_argument, which says what is wrong with the command: it does not parse, holds an
  // element that is a source or a sink, has no input or no output, or is not for this kind of media. Where
  // the type is left open, the input of the first element decides; video where it would take both.
  Command(const std::string& text, FilterType type);

  Media media() const { return media_; }
  // With a pad "sink" and a pad "src". Still owned by this until it is put into a pipeline.
  GstElement* bin() const { return bin_.get(); }

  // The name is a property of one of the elements, alone or as `element::property`. Throws
  // std::invalid_argument where it is none, cannot be changed any more, or cannot have the value. May be
  // called while media flows.
  void set_property(const std::string& name, const std::string& value);

 private:
  void check_elements();
  Media find_media(FilterType type) const;
  GstElement* owner_of(const std::string& element, const std::string& property) const;

  Handle<GstElement> bin_;
  std::vector<GstElement*> elements_;  // the bin's, bins among them
  Media media_ = Media::video;
};

}  // namespace kaskado::filters
