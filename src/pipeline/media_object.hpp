// The root of every object that a client can make. An object lives on one thread (its host's) and is only
// ever touched there.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "pipeline/api.hpp"
#include "pipeline/class_info.hpp"

namespace kaskado::pipeline {

class MediaPipeline;
class Shard;

// Something that happened to an object, on its way to whoever has subscribed.
struct Event {
  std::string source;     // the object's id
  const EventInfo* info;  // its name and twins
  Object data;            // all members, `source`, `tags`, both time stamps and `type` included
};

// `source`, `tags` and both time stamps, which MediaObject adds to each.
inline constexpr std::size_t kCommonEventMembers = 4;

// What an object needs of the place where it lives.
class ObjectHost {
 public:
  virtual ~ObjectHost() = default;
  virtual MediaObject* find(std::string_view id) = 0;
  virtual void emit(Event event) = 0;
  virtual base::WallTime wall_time() const = 0;
};

// What a generated `create` function hands to a class's constructor.
struct Construction {
  ObjectHost& host;
  Shard* shard;  // nullptr only for objects of the control loop
  std::string id;
  const ClassInfo* info;
  Prepared prepared = {};  // by the class's `prepare`
};

class MediaObject : public MediaObjectApi {
 public:
  MediaObject(const Construction& construction, MediaObject* parent);
  ~MediaObject() override;
  MediaObject(const MediaObject&) = delete;
  MediaObject& operator=(const MediaObject&) = delete;

  const std::string& id() const { return id_; }
  const ClassInfo& info() const { return *info_; }
  ObjectHost& host() const { return host_; }
  MediaObject* parent() const { return parent_; }
  const std::vector<MediaObject*>& children() const { return children_; }

  // Called once, when the object can be found.
  virtual void on_created() {}
  // Called once, children first, before the object and its family are destroyed: the place to say goodbye to
  // peers and to leave the graph while everything still stands.
  virtual void on_release() {}

  ApiResult<MediaPipeline*> get_media_pipeline() override;
  ApiResult<MediaObject*> get_parent() override { return parent_; }
  ApiResult<std::string> get_id() override { return id_; }
  ApiResult<std::vector<MediaObject*>> get_children() override { return children_; }
  ApiResult<std::vector<MediaObject*>> get_childs() override { return children_; }
  ApiResult<std::string> get_name() override { return name_; }
  ApiResult<void> set_name(std::string name) override;
  ApiResult<bool> get_send_tags_in_events() override { return send_tags_in_events_; }
  ApiResult<void> set_send_tags_in_events(bool send) override;
  ApiResult<int> get_creation_time() override;
  ApiResult<void> add_tag(std::string key, std::string value) override;
  ApiResult<void> remove_tag(std::string key) override;
  ApiResult<std::string> get_tag(std::string key) override;
  ApiResult<std::vector<Tag>> get_tags() override;

 protected:
  // `event` is one of the generated event structs of api.hpp.
  template <typename E>
  void raise(const E& event) {
    emit(E::info(), event.members());
  }
  // One that is known by its table alone: `members` without those that all events have.
  void raise(const EventInfo& event, Object members) { emit(event, std::move(members)); }

 private:
  void emit(const EventInfo& info, Object members);

  ObjectHost& host_;
  const ClassInfo* info_;
  std::string id_;
  MediaObject* parent_;
  std::vector<MediaObject*> children_;
  std::string name_;
  std::map<std::string, std::string> tags_;
  bool send_tags_in_events_ = false;
  base::WallTime created_;
};

}  // namespace kaskado::pipeline
