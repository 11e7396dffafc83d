// Wires the rooms together: reads the configuration, starts the shards and the control plane, waits for a signal.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "base/log.hpp"
#include "base/random.hpp"
#include "control/api.hpp"
#include "control/control_plane.hpp"
#include "control/server.hpp"
#include "control/shard_backend.hpp"
#include "dtls/certificate.hpp"
#include "loop/loop.hpp"
#include "pipeline/shard_thread.hpp"

namespace kaskado {
namespace {

base::LogComponent log("server");

using Shards = std::vector<std::unique_ptr<pipeline::ShardThread>>;

base::Result<pipeline::Certificates> make_certificates() {
  const base::WallTime now = loop::wall_now();
  auto ecdsa = dtls::Certificate::generate(dtls::KeyType::ecdsa_p256, now);
  if (!ecdsa) return ecdsa.error();
  pipeline::Certificates certificates;
  certificates.ecdsa = *ecdsa;
  certificates.rsa = std::async(std::launch::async, [now, fallback = *ecdsa] {
                       auto rsa = dtls::Certificate::generate(dtls::KeyType::rsa_2048, now);
                       return rsa ? *rsa : fallback;
                     }).share();
  return certificates;
}

// SIGTERM and SIGINT are taken by sigwait() on the main thread; every thread started after this has them blocked.
sigset_t block_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

int fail(const base::Error& error) {
  std::fprintf(stderr, "kaskado: %s\n", error.message.c_str());
  return EXIT_FAILURE;
}

int run() {
  const sigset_t signals = block_signals();
  base::SystemRandom random;
  auto certificates = make_certificates();
  if (!certificates) return fail(certificates.error());
  auto media = std::make_shared<pipeline::MediaConfiguration>();
  media->certificates = std::move(*certificates);
  media->offer_loopback = true;
  control::WebSocketOptions options;
  control::StaticPages pages;
  auto server = control::Server::listen(options, pages);
  if (!server) return fail(server.error());
  control::Server& control = **server;

  std::unique_ptr<control::ControlPlane> plane;
  Shards shards;
  const unsigned count = std::max(1u, std::thread::hardware_concurrency());
  for (unsigned i = 0; i < count; ++i) {
    auto shard = pipeline::ShardThread::start(static_cast<int>(i), static_cast<int>(i), media, [&](pipeline::Event event) {
      control.post([&plane, event = std::move(event)] { plane->event(event, loop::monotonic_now()); });
    });
    if (!shard) return fail(shard.error());
    shards.push_back(std::move(*shard));
  }
  control::ShardBackend backend(shards, [&](std::function<void()> task) { control.post(std::move(task)); });
  plane = std::make_unique<control::ControlPlane>(
      control::ControlSettings{},
      control::ControlPlane::Parts{backend, control, random, loop::clock_anchor(), control::module_list(), "0.1.0", __DATE__ " " __TIME__});
  control.start(*plane);
  std::printf("Kaskado listens on ws://127.0.0.1:%u/kurento, demo page http://127.0.0.1:%u/\n", control.port(), control.port());
  std::fflush(stdout);

  int signal = 0;
  sigwait(&signals, &signal);
  LOG_INFO(log, "signal %d: stopping", signal);
  control.stop();
  shards.clear();
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace kaskado

int main() { return kaskado::run(); }
