#include "pipeline/remote_element.hpp"

#include <algorithm>
#include <utility>

#include "pipeline/shard.hpp"

namespace kaskado::pipeline {

RemoteElement::RemoteElement(const Construction& construction, MediaObject* parent, std::size_t home,
                             Passing passing)
    : MuteHost(construction.host),
      MediaElement({static_cast<MuteHost&>(*this), construction.shard, construction.id, construction.info},
                   parent),
      home_(home),
      passing_(passing) {}

// They tell that their media ends, which is for nobody to hear any more.
RemoteElement::~RemoteElement() {
  const auto ending = std::move(relayed_);
}

std::vector<RemoteElement::Relayed>::iterator RemoteElement::relayed(Pad pad) {
  return std::ranges::find(relayed_, pad, &Relayed::pad);
}

RtpFeed* RemoteElement::source_of(Pad pad) {
  if (pad.type == MediaType::data || passes(pad.type)) return nullptr;
  if (const auto known = relayed(pad); known != relayed_.end()) return known->source.get();
  relayed_.push_back({pad, std::make_unique<RelayedSource>(shard(), *this, pad)});
  return relayed_.back().source.get();
}

void RemoteElement::receive_data(const DataRef& message, int hops) {
  if (passes(MediaType::data)) return MediaElement::receive_data(message, hops);
  shard().network().post(shard().index(), home_, [id = id(), message, hops](Shard& there) {
    if (MediaElement* const element = find_element(there.objects(), id)) element->receive_data(message, hops);
  });
}

void RemoteElement::note_flow(Pad pad, bool flows) {
  const auto from = relayed(pad);
  if (from == relayed_.end()) return;
  from->flows += flows ? 1 : -1;
  set_flowing_out(pad, from->flows > 0);
}

}  // namespace kaskado::pipeline
