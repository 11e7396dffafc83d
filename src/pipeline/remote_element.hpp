// The stand-in of an element that lives on another shard: the same id and links, so that the graph of a
// pipeline is whole on each of its shards.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "pipeline/media_element.hpp"
#include "pipeline/relayed_source.hpp"

namespace kaskado::pipeline {

// Tells nobody anything: the element itself does.
class MuteHost : public ObjectHost {
 public:
  explicit MuteHost(ObjectHost& host) : host_(host) {}
  MediaObject* find(std::string_view id) override { return host_.find(id); }
  void emit(Event) override {}
  base::WallTime wall_time() const override { return host_.wall_time(); }

 private:
  ObjectHost& host_;
};

class RemoteElement final : private MuteHost, public MediaElement {
 public:
  // By media type: whether what arrives leaves again.
  using Passing = std::array<bool, 3>;

  // The element's own class and id stand in `construction`; it lives on the shard `home`.
  RemoteElement(const Construction& construction, MediaObject* parent, std::size_t home, Passing passing);
  ~RemoteElement() override;

  std::size_t home() const override { return home_; }
  RtpFeed* source(MediaType type) override { return source_of(type); }
  RtpFeed* source_of(Pad pad) override;
  bool passes(MediaType type) const override { return passing_[static_cast<std::size_t>(type)]; }
  // To the element itself, unless it would only pass it on.
  void receive_data(const DataRef& message, int hops) override;
  // Media begins or ends to come from that pad of the element itself, in one of the codecs that are followed
  // here.
  void note_flow(Pad pad, bool flows);

 private:
  struct Relayed {
    Pad pad;
    std::unique_ptr<RelayedSource> source;
    int flows = 0;
  };
  std::vector<Relayed>::iterator relayed(Pad pad);

  const std::size_t home_;
  const Passing passing_;
  std::vector<Relayed> relayed_;  // each pad from its first use on
};

}  // namespace kaskado::pipeline
