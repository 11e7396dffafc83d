#include "pipeline/remote_element.hpp"

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

void RemoteElement::note_flow(MediaType type, bool flows) {
  int& count = flows_[static_cast<std::size_t>(type)];
  count += flows ? 1 : -1;
  set_flowing_out(type, count > 0);
}

}  // namespace kaskado::pipeline
