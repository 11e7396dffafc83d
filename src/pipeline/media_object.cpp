#include "pipeline/media_object.hpp"

#include <algorithm>
#include <cstdio>

#include "pipeline/media_pipeline.hpp"

namespace kaskado::pipeline {

MediaObject::MediaObject(const Construction& construction, MediaObject* parent)
    : host_(construction.host),
      info_(construction.info),
      id_(construction.id),
      parent_(parent),
      name_(construction.id),
      created_(construction.host.wall_time()) {
  if (parent_) parent_->children_.push_back(this);
}

MediaObject::~MediaObject() {
  if (parent_) std::erase(parent_->children_, this);
}

ApiResult<MediaPipeline*> MediaObject::get_media_pipeline() {
  for (MediaObject* object = this; object; object = object->parent_) {
    if (auto* pipeline = dynamic_cast<MediaPipeline*>(object)) return pipeline;
  }
  return nullptr;
}

ApiResult<void> MediaObject::set_name(std::string name) {
  name_ = std::move(name);
  return {};
}

ApiResult<void> MediaObject::set_send_tags_in_events(bool send) {
  send_tags_in_events_ = send;
  return {};
}

ApiResult<int> MediaObject::get_creation_time() { return static_cast<int>(created_.unix_ms() / 1000); }

ApiResult<void> MediaObject::add_tag(std::string key, std::string value) {
  tags_[std::move(key)] = std::move(value);
  return {};
}

ApiResult<void> MediaObject::remove_tag(std::string key) {
  if (!tags_.erase(key)) return ApiError{ErrorCode::MEDIA_OBJECT_TAG_KEY_NOT_FOUND, "Tag key not found"};
  return {};
}

ApiResult<std::string> MediaObject::get_tag(std::string key) {
  const auto found = tags_.find(key);
  if (found == tags_.end()) return ApiError{ErrorCode::MEDIA_OBJECT_TAG_KEY_NOT_FOUND, "Tag key not found"};
  return found->second;
}

ApiResult<std::vector<Tag>> MediaObject::get_tags() {
  std::vector<Tag> tags;
  for (const auto& [key, value] : tags_) tags.push_back({key, value});
  return tags;
}

void MediaObject::emit(const EventInfo& info, Object members) {
  const base::WallTime now = host_.wall_time();
  members.set("source", id_);
  Array tags;
  if (send_tags_in_events_) {
    for (const auto& [key, value] : tags_) tags.push_back(Tag{key, value}.to_value());
  }
  members.set("tags", std::move(tags));
  members.set("timestamp", std::to_string(now.unix_ms() / 1000));
  members.set("timestampMillis", std::to_string(now.unix_ms()));
  host_.emit(Event{id_, &info, std::move(members)});
}

}  // namespace kaskado::pipeline
