#include "elements/upload/upload_places.hpp"

#include <utility>

namespace kaskado::elements {

std::string UploadPlaces::open(pipeline::UploadIntake::Begun begun) {
  const std::lock_guard lock(mutex_);
  std::string name = random_->uuid();  // 122 random bits
  places_[name] = Place{std::move(begun), nullptr, false};
  return name;
}

void UploadPlaces::close(const std::string& name) {
  std::shared_ptr<UploadInProgress> upload;
  {
    const std::lock_guard lock(mutex_);
    const auto found = places_.find(name);
    if (found == places_.end()) return;
    upload = std::move(found->second.upload);
    if (upload) --uploads_;
    places_.erase(found);
  }
  if (upload) upload->abandon();
}

bool UploadPlaces::knows(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return places_.contains(name);
}

UploadPlaces::Admission UploadPlaces::begin(const std::string& name,
                                            const std::shared_ptr<UploadInProgress>& upload) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(name);
  if (found == places_.end()) return Admission::unknown;
  Place& place = found->second;
  if (place.used) return Admission::used;
  if (place.upload) return Admission::busy;
  if (uploads_ == kMostUploads) return Admission::full;
  ++uploads_;
  place.upload = upload;
  place.begun(upload);
  return Admission::admitted;
}

void UploadPlaces::end(const std::string& name, bool well) {
  const std::lock_guard lock(mutex_);
  const auto found = places_.find(name);
  if (found == places_.end() || !found->second.upload) return;
  --uploads_;
  found->second.upload.reset();
  found->second.used = well;
}

std::size_t UploadPlaces::size() const {
  const std::lock_guard lock(mutex_);
  return places_.size();
}

}  // namespace kaskado::elements
