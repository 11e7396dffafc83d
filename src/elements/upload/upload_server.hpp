// The process's HTTP server: takes uploads on one port, for the endpoints of all shards. Its thread and its
// port are there from the first place on; it stands back behind the shards, and the number of uploads adds no
// thread.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "elements/upload/upload_places.hpp"
#include "elements/upload/upload_settings.hpp"
#include "pipeline/upload_intake.hpp"

namespace kaskado::elements {

class UploadServer final : public pipeline::UploadIntake {
 public:
  // Connections at once; beyond it those go that have been silent longest without an upload, and then new
  // ones.
  static constexpr std::size_t kMostConnections = 1024;

  // Its thread may run on any processor that the one which makes it may run on.
  explicit UploadServer(UploadSettings settings);
  // Closes every connection. Uploads may outlive it: they break off.
  ~UploadServer() override;
  UploadServer(const UploadServer&) = delete;

  base::Result<std::string> open(Begun begun) override;
  void close(const std::string& address) override;

 private:
  class Running;
  base::Result<void> start();

  const UploadSettings settings_;
  const std::vector<int> processors_;
  UploadPlaces places_;
  std::mutex mutex_;
  std::unique_ptr<Running> running_;  // under mutex_
  std::string base_;                  // under mutex_: of addresses, with the slash at its end
};

}  // namespace kaskado::elements
