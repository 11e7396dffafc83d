#include "command.hpp"

#include <algorithm>
#include <mutex>
#include <regex>
#include <stdexcept>

namespace kaskado::filters {

namespace {

[[noreturn]] void refuse(const std::string& sentence) {
  throw std::invalid_argument(sentence);
}

void start_gstreamer() {
  static std::once_flag once;
  static std::string problem;
  std::call_once(once, [] {
    GError* error = nullptr;
    if (gst_init_check(nullptr, nullptr, &error)) return;
    problem = error ? error->message : "unknown reason";
    g_clear_error(&error);
  });
  if (!problem.empty()) throw std::runtime_error("GStreamer cannot be started: " + problem);
}

// GStreamer 1.22.0 forgets videoflip's `method` while it parses, and only that name of the property.
std::string with_flips_repaired(std::string text) {
  constexpr const char* kMethods[] = {
      "none",          "clockwise",           "rotate-180",           "counterclockwise", "horizontal-flip",
      "vertical-flip", "upper-left-diagonal", "upper-right-diagonal", "automatic"};
  static const std::regex kMethod("(videoflip\\s[^!]*?)\\bmethod\\s*=\\s*\"?([a-z0-9-]+)\"?");
  std::smatch match;
  while (std::regex_search(text, match, kMethod)) {
    const auto method = std::ranges::find(kMethods, match.str(2));
    const std::string value =
        method == std::end(kMethods) ? match.str(2) : std::to_string(method - std::begin(kMethods));
    text = match.prefix().str() + match.str(1) + "video-direction=" + value + match.suffix().str();
  }
  return text;
}

GstElement* parse(const std::string& text) {
  if (text.size() > Command::kMostBytes) refuse("'command' should be 4096 bytes at the most");
  if (text.find_first_not_of(" \t\r\n!") == std::string::npos) refuse("'command' should not be empty");
  GError* error = nullptr;
  GstElement* bin = gst_parse_bin_from_description_full(with_flips_repaired(text).c_str(), TRUE, nullptr,
                                                        GST_PARSE_FLAG_FATAL_ERRORS, &error);
  const std::string problem = error ? error->message : bin ? "" : "not understood";
  g_clear_error(&error);
  if (problem.empty()) return GST_ELEMENT(gst_object_ref_sink(bin));
  if (bin) gst_object_unref(gst_object_ref_sink(bin));
  refuse("'command': " + problem);
}

std::vector<GstElement*> elements_of(GstElement* bin) {
  std::vector<GstElement*> elements;
  GstIterator* const iterator = gst_bin_iterate_recurse(GST_BIN(bin));
  GValue item = G_VALUE_INIT;
  while (gst_iterator_next(iterator, &item) == GST_ITERATOR_OK) {
    elements.push_back(GST_ELEMENT(g_value_get_object(&item)));
    g_value_reset(&item);
  }
  g_value_unset(&item);
  gst_iterator_free(iterator);
  return elements;
}

std::string kind_of(GstElement* element) {
  GstElementFactory* const factory = gst_element_get_factory(element);
  return factory ? GST_OBJECT_NAME(factory) : GST_OBJECT_NAME(element);
}

bool takes(GstPad* pad, const char* media_type) {
  const CapsHandle offered(gst_pad_query_caps(pad, nullptr));
  const CapsHandle wanted(gst_caps_new_empty_simple(media_type));
  return gst_caps_can_intersect(offered.get(), wanted.get());
}

GParamSpec* property_of(GstElement* element, const std::string& name) {
  return g_object_class_find_property(G_OBJECT_GET_CLASS(element), name.c_str());
}

}  // namespace

Command::Command(const std::string& text, FilterType type) {
  start_gstreamer();
  bin_.reset(parse(text));
  elements_ = elements_of(bin_.get());
  check_elements();
  media_ = find_media(type);
}

void Command::check_elements() {
  if (elements_.empty()) refuse("'command' should not be empty");
  if (elements_.size() > kMostElements) refuse("'command' should have 32 elements at the most");
  for (GstElement* element : elements_) {
    if (GST_OBJECT_FLAG_IS_SET(element, GST_ELEMENT_FLAG_SOURCE) ||
        GST_OBJECT_FLAG_IS_SET(element, GST_ELEMENT_FLAG_SINK))
      refuse("'command' should have neither sources nor sinks, which the server adds: '" + kind_of(element) +
             "'");
  }
  for (const char* pad : {"sink", "src"}) {
    const Handle<GstPad> found(gst_element_get_static_pad(bin_.get(), pad));
    if (!found)
      refuse(std::string("'command' has no element whose ") + (pad[1] == 'i' ? "input" : "output") +
             " is free");
  }
}

Media Command::find_media(FilterType type) const {
  const Handle<GstPad> in(gst_element_get_static_pad(bin_.get(), "sink")),
      out(gst_element_get_static_pad(bin_.get(), "src"));
  const bool video = takes(in.get(), "video/x-raw") && takes(out.get(), "video/x-raw");
  const bool audio = takes(in.get(), "audio/x-raw") && takes(out.get(), "audio/x-raw");
  if (!video && !audio) refuse("'command' neither takes and gives raw video nor raw audio");
  if (type == FilterType::video && !video)
    refuse("'command' does not take and give raw video, as 'filterType' says");
  if (type == FilterType::audio && !audio)
    refuse("'command' does not take and give raw audio, as 'filterType' says");
  return type == FilterType::audio || (type == FilterType::autodetect && !video) ? Media::audio
                                                                                 : Media::video;
}

GstElement* Command::owner_of(const std::string& element, const std::string& property) const {
  GstElement* owner = nullptr;
  for (GstElement* candidate : elements_) {
    if (element.empty() ? !property_of(candidate, property) : element != GST_OBJECT_NAME(candidate)) continue;
    if (owner)
      refuse("'propertyName': several elements have '" + property + "'; write it as element::" + property);
    owner = candidate;
  }
  if (!owner && !element.empty())
    refuse("'propertyName': no element of the command is named '" + element + "'");
  if (!owner) refuse("'propertyName': no element of the command has a property '" + property + "'");
  return owner;
}

void Command::set_property(const std::string& name, const std::string& value) {
  const std::size_t split = name.find("::");
  const std::string element = split == std::string::npos ? "" : name.substr(0, split);
  const std::string property = split == std::string::npos ? name : name.substr(split + 2);
  GstElement* const owner = owner_of(element, property);
  GParamSpec* const kind = property_of(owner, property);
  if (!kind) refuse("'propertyName': '" + kind_of(owner) + "' has no property '" + property + "'");
  if (!(kind->flags & G_PARAM_WRITABLE) || (kind->flags & G_PARAM_CONSTRUCT_ONLY) || property == "name" ||
      property == "parent")
    refuse("'propertyName': '" + property + "' of '" + kind_of(owner) + "' cannot be changed");
  GValue content = G_VALUE_INIT;
  g_value_init(&content, kind->value_type);
  const bool understood = gst_value_deserialize_with_pspec(&content, value.c_str(), kind);
  // Says whether it had to change the value to make it a right one.
  const bool out_of_range = understood && g_param_value_validate(kind, &content);
  if (understood && !out_of_range) g_object_set_property(G_OBJECT(owner), kind->name, &content);
  g_value_unset(&content);
  if (!understood) refuse("'propertyValue': '" + value + "' is no " + g_type_name(kind->value_type));
  if (out_of_range) refuse("'propertyValue': '" + value + "' is out of the range of '" + property + "'");
}

}  // namespace kaskado::filters
