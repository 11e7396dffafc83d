// Tells a loop that addresses of the machine's network interfaces have come or gone (rtnetlink(7)).
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "loop/descriptor_watch.hpp"
#include "loop/loop.hpp"

namespace kaskado::loop {

class InterfaceWatch {
 public:
  // A change comes as several messages, and a new address can be used a little after: it is told of when
  // there was quiet for so long.
  static constexpr base::Duration kQuiet = std::chrono::milliseconds(200);

  // `changed` is called on the loop's thread. nullptr where the system does not tell.
  static std::unique_ptr<InterfaceWatch> open(Loop& loop, std::function<void()> changed);
  ~InterfaceWatch();
  InterfaceWatch(const InterfaceWatch&) = delete;

 private:
  InterfaceWatch(Loop& loop, int socket, std::function<void()> changed);
  void on_readable();

  const int socket_;
  Timer timer_;
  std::optional<DescriptorWatch> watch_;  // until the socket is closed
};

}  // namespace kaskado::loop
