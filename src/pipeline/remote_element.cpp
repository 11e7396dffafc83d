#include "pipeline/remote_element.hpp"

#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

RemoteElement::RemoteElement(const Construction& construction, MediaObject* parent, std::size_t home,
                             Passing passing)
    : MuteHost(construction.host),
      MediaElement({static_cast<MuteHost&>(*this), construction.shard, construction.id, construction.info},
                   parent),
      home_(home),
      passing_(passing) {}

RemoteElement::~RemoteElement() = default;

RtpFeed* RemoteElement::source(MediaType type) {
  if (type == MediaType::data || passes(type)) return nullptr;
  auto& source = sources_[static_cast<std::size_t>(type)];
  if (!source) source = std::make_unique<RelayedSource>(shard(), *this, type);
  return source.get();
}

void RemoteElement::receive_data(const DataRef& message, int hops) {
  if (passes(MediaType::data)) return MediaElement::receive_data(message, hops);
  shard().network().post(shard().index(), home_, [id = id(), message, hops](Shard& there) {
    if (MediaElement* const element = find_element(there.objects(), id)) element->receive_data(message, hops);
  });
}

void RemoteElement::note_flow(MediaType type, bool flows) {
  int& count = flows_[static_cast<std::size_t>(type)];
  count += flows ? 1 : -1;
  set_flowing_out(type, count > 0);
}

}  // namespace kaskado::pipeline
