// Wires the rooms together: reads the configuration, starts the shards and the control plane, waits for a signal.
#include <malloc.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "base/crash_handler.hpp"
#include "base/log.hpp"
#include "base/random.hpp"
#include "control/api.hpp"
#include "control/configuration.hpp"
#include "control/control_mail.hpp"
#include "control/control_plane.hpp"
#include "control/logging.hpp"
#include "control/options.hpp"
#include "control/page_files.hpp"
#include "control/resource_watch.hpp"
#include "control/server.hpp"
#include "control/shard_backend.hpp"
#include "loop/loop.hpp"
#include "media_setup.hpp"
#include "modules_setup.hpp"
#include "pipeline/shard_group.hpp"

namespace kaskado {
namespace {

base::LogComponent log("server");

// Signals are taken by the main thread in wait_for(); threads started after this have them blocked.
sigset_t block_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGUSR1}) sigaddset(&signals, signal);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

// One arena for all threads: packets do not come from the heap, and what the threads hand to each other (commands,
// events, answers) would otherwise leave holes in the arenas of both (docs/adr/0002).
void tune_heap() { mallopt(M_ARENA_MAX, 1); }

// What filters use of OpenMP (Tesseract) would start a thread for each core, beside the compute pool's, and have them
// spin while they wait for each other. Its runtime reads this when it is loaded.
void keep_openmp_to_one_thread() { setenv("OMP_THREAD_LIMIT", "1", 0); }

// Each client and each port that a session has to itself takes a descriptor, and the usual limit of 1024 is there for
// programs that use select(2): the process may raise it to what the system grants.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

int fail(const base::Error& error, int code = EXIT_FAILURE) {
  std::fprintf(stderr, "kaskado: %s\n", error.message.c_str());
  return code;
}

int print(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  return EXIT_SUCCESS;
}

control::WebSocketOptions web_socket_options(const control::NetSettings& net) {
  control::WebSocketOptions options;
  options.address = net.address;
  options.is_plain = net.is_plain;
  options.port = net.port;
  options.secure = net.secure;
  options.access = net.access;
  options.path = net.path;
  options.backlog = net.connection_queue;
  // The other descriptors are for media.
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) options.max_connections = std::min<std::size_t>(options.max_connections, files.rlim_cur / 2);
  return options;
}

// All threads of the server, ended in the right order: first nobody asks any more, then nobody is there to answer.
class Kaskado {
 public:
  static base::Result<std::unique_ptr<Kaskado>> start(const control::Configuration& configuration,
                                                      const std::vector<std::string>& module_directories);
  ~Kaskado();

  // Certificate and access tokens, from their files.
  void reload() {
    server_->post({[this] { server_->reload(); }});
  }
  // Takes no new pipelines, and raises SIGTERM when the old ones are gone.
  void drain() {
    server_->post({[this] { plane_->drain(loop::monotonic_now()); }});
  }
  // What the process should end with: not 0 where another should take its place.
  int exit_code() const { return exit_code_; }

 private:
  base::Result<void> start_shards(int count, std::shared_ptr<const pipeline::MediaConfiguration> media);
  void start_control(const control::Configuration& configuration, const control::ModuleCatalog& modules);

  void end(control::End why);

  base::SystemRandom random_;
  std::atomic<int> exit_code_ = EXIT_SUCCESS;
  std::unique_ptr<control::ResourceWatch> resources_;
  control::StaticPages pages_;
  std::shared_ptr<loop::Fetcher> fetcher_;
  std::unique_ptr<control::Server> server_;
  std::unique_ptr<control::ControlPlane> plane_;
  std::vector<std::unique_ptr<control::ControlMail>> mail_;  // by shard, each touched by its thread alone
  std::unique_ptr<pipeline::ShardGroup> shards_;
  std::unique_ptr<control::ShardBackend> backend_;
};

base::Result<std::unique_ptr<Kaskado>> Kaskado::start(const control::Configuration& configuration,
                                                      const std::vector<std::string>& module_directories) {
  auto kaskado = std::make_unique<Kaskado>();
  for (const control::PageFile& file : control::page_files()) {
    kaskado->pages_.add(std::string(file.path), std::string(file.content_type), std::string(file.content));
  }
  auto server = control::Server::listen(web_socket_options(configuration.net), kaskado->pages_);
  if (!server) return server.error();
  kaskado->server_ = std::move(*server);
  auto media = set_up_media(configuration);
  if (!media) return media.error();
  kaskado->fetcher_ = std::make_shared<loop::Fetcher>(loop::Fetcher::Limits(), (*media)->trusted_certificates);
  if (auto started = kaskado->start_shards(configuration.shards, *media); !started) return started.error();
  const control::ModuleCatalog& modules = load_modules(module_directories, filter_services(kaskado->shards_->compute(), kaskado->fetcher_));
  for (const std::string& refused : modules.refused()) LOG_WARNING(log, "no module: %s", refused.c_str());
  kaskado->start_control(configuration, modules);
  return kaskado;
}

base::Result<void> Kaskado::start_shards(int count, std::shared_ptr<const pipeline::MediaConfiguration> media) {
  const auto listener = [this](std::size_t) {
    control::ControlMail& mail = *mail_.emplace_back(std::make_unique<control::ControlMail>(
        [this](std::vector<control::ControlMail::Task> tasks) { server_->post(std::move(tasks)); }));
    const auto tell = [this, &mail](pipeline::Event event) {
      mail.add([this, event = std::move(event)] { plane_->event(event, loop::monotonic_now()); });
    };
    return pipeline::ShardListener{tell, [&mail] { mail.send(); }};
  };
  auto shards = pipeline::ShardGroup::start(count, std::move(media), listener);
  if (!shards) return shards.error();
  shards_ = std::move(*shards);
  return {};
}

void Kaskado::start_control(const control::Configuration& configuration, const control::ModuleCatalog& modules) {
  backend_ = std::make_unique<control::ShardBackend>(
      *shards_, configuration.spread_load / 100.0, [this](std::size_t shard, std::function<void()> task) { mail_[shard]->add(std::move(task)); },
      shards_->compute());
  resources_ = std::make_unique<control::ResourceWatch>(configuration.control.resources, control::resource_limits(),
                                                        control::resources_in_use);
  plane_ = std::make_unique<control::ControlPlane>(
      configuration.control, control::ControlPlane::Parts{*backend_, *server_, random_, loop::clock_anchor(),
                                             modules.modules(), KASKADO_VERSION, __DATE__ " " __TIME__, resources_.get(),
                                             [this](control::End why) { end(why); }});
  server_->start(*plane_);
}

// On the control thread; the main thread waits for signals.
void Kaskado::end(control::End why) {
  if (why == control::End::out_of_resources) exit_code_ = EX_TEMPFAIL;
  kill(getpid(), SIGTERM);
}

Kaskado::~Kaskado() {
  if (plane_) server_->stop();
  // Each says goodbye to its peers. What they still tell goes to a queue that nobody empties any more.
  shards_.reset();
}

// The main thread has nothing else to do, so it keeps house meanwhile: what ended sessions have left in the heap, page
// by page, goes back to the system. Gives the signal that ends the server.
int wait_for(const sigset_t& signals, Kaskado& kaskado) {
  constexpr timespec kHousekeeping{.tv_sec = 5, .tv_nsec = 0};
  for (;;) {
    siginfo_t told{};
    const int signal = sigtimedwait(&signals, &told, &kHousekeeping);
    // A terminal that is closed takes along what was started there; who sends SIGHUP wants files read again.
    const bool is_terminal_closed = signal == SIGHUP && told.si_code == SI_KERNEL;
    if (signal == SIGTERM || signal == SIGINT || is_terminal_closed) return signal;
    if (signal == SIGHUP) {
      base::reopen_log();
      kaskado.reload();
    }
    if (signal == SIGUSR1) kaskado.drain();
    if (signal < 0) malloc_trim(0);
  }
}

void log_addresses(const control::NetSettings& net) {
  if (net.is_plain) LOG_INFO(log, "Kaskado " KASKADO_VERSION " listens on %s:%u%s", net.address.c_str(), net.port, net.path.c_str());
  if (net.secure) {
    LOG_INFO(log, "Kaskado " KASKADO_VERSION " listens on %s:%u%s with TLS", net.address.c_str(), net.secure->port, net.path.c_str());
  }
}

int serve(const control::Options& options) {
  auto logging = control::set_up_logging(options, std::getenv("KASKADO_DEBUG"), std::getenv("GST_DEBUG"));
  if (!logging) return fail(logging.error(), control::kUsageExitCode);
  int code = EXIT_SUCCESS;
  const auto configuration = control::load_configuration(control::find_conf_file(options.conf_file, installed_conf_file()),
                                                         options.modules_config_path, known_codecs());
  raise_file_limit();
  const sigset_t signals = block_signals();
  if (!configuration) {
    code = fail(configuration.error(), control::kUsageExitCode);
  } else {
    for (const std::string& warning : configuration->warnings) LOG_WARNING(log, "%s", warning.c_str());
    auto kaskado = Kaskado::start(*configuration, module_directories(options, std::getenv("KURENTO_MODULES_PATH")));
    if (!kaskado) {
      code = fail(kaskado.error());
    } else {
      log_addresses(configuration->net);
      const int signal = wait_for(signals, **kaskado);
      LOG_INFO(log, "signal %d: ending every session", signal);
      code = (*kaskado)->exit_code();
    }
  }
  base::set_log_sink(nullptr);
  return code;
}

int list_modules(const control::Options& options) {
  const control::ModuleCatalog& modules = load_modules(module_directories(options, std::getenv("KURENTO_MODULES_PATH")), {});
  for (const std::string& refused : modules.refused()) std::fprintf(stderr, "kaskado: no module: %s\n", refused.c_str());
  return print(control::module_listing(modules.modules()));
}

int run(int argc, const char* const* argv) {
  const auto options = control::parse_options({argv + 1, static_cast<std::size_t>(argc > 0 ? argc - 1 : 0)});
  if (!options) return fail(options.error(), control::kUsageExitCode);
  if (options->help) return print(control::help_text("kaskado"));
  if (options->version) return print(control::version_text(KASKADO_VERSION));
  if (options->list) return list_modules(*options);
  return serve(*options);
}

}  // namespace
}  // namespace kaskado

int main(int argc, char** argv) {
  kaskado::base::report_crashes("Kaskado " KASKADO_VERSION);
  const kaskado::base::CrashStack crash_stack;
  kaskado::tune_heap();
  kaskado::keep_openmp_to_one_thread();
  return kaskado::run(argc, argv);
}
