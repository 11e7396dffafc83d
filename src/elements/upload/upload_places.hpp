// The places that uploads may go to, by the names that clients know them by.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/random.hpp"
#include "elements/upload/upload.hpp"

namespace kaskado::elements {

// Any thread: endpoints open and close places, the server's thread looks them up.
class UploadPlaces {
 public:
  enum class Admission { admitted, unknown, busy, used, full };

  // On their way at once: each keeps a thread of the I/O pool waiting, and others need some of those too.
  static constexpr std::size_t kMostUploads = 128;

  // `random` is this object's alone, and nobody can foretell it.
  explicit UploadPlaces(std::unique_ptr<base::Random> random) : random_(std::move(random)) {}

  // Gives the place's name. `begun` is called within begin().
  std::string open(pipeline::UploadIntake::Begun begun);
  // An upload that is on its way there is abandoned; when this returns none begins any more.
  void close(const std::string& name);

  bool knows(const std::string& name) const;
  Admission begin(const std::string& name, const std::shared_ptr<UploadInProgress>& upload);
  // The upload has ended, well or otherwise: a place takes one that ends well.
  void end(const std::string& name, bool well);
  std::size_t size() const;

 private:
  struct Place {
    pipeline::UploadIntake::Begun begun;
    std::shared_ptr<UploadInProgress> upload;  // the one on its way
    bool used = false;
  };

  mutable std::mutex mutex_;
  const std::unique_ptr<base::Random> random_;     // under mutex_
  std::unordered_map<std::string, Place> places_;  // under mutex_
  std::size_t uploads_ = 0;                        // under mutex_: on their way
};

}  // namespace kaskado::elements
