#include "loop/interface_watch.hpp"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace kaskado::loop {

std::unique_ptr<InterfaceWatch> InterfaceWatch::open(Loop& loop, std::function<void()> changed) {
  const int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return nullptr;
  std::unique_ptr<InterfaceWatch> watch(new InterfaceWatch(loop, fd, std::move(changed)));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  address.nl_groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
  if (bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return nullptr;
  return watch;
}

InterfaceWatch::InterfaceWatch(Loop& loop, int socket, std::function<void()> changed)
    : socket_(socket),
      timer_(loop, std::move(changed)),
      watch_(std::in_place, loop, socket, [this](int) { on_readable(); }) {
  watch_->wait_for(DescriptorWatch::kReadable);
}

InterfaceWatch::~InterfaceWatch() {
  watch_.reset();
  close(socket_);
}

// What has changed is read anew from the system: also where messages were lost.
void InterfaceWatch::on_readable() {
  std::array<char, 8192> message;
  while (recv(socket_, message.data(), message.size(), MSG_DONTWAIT) > 0) {
  }
  timer_.arm(monotonic_now() + kQuiet);
}

}  // namespace kaskado::loop
