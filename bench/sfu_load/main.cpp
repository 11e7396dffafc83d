// The load generator of bench/sfu: peers that publish and view through a server on the loopback interface.
// command_line.hpp has what it is told and what it answers.
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "clocks.hpp"
#include "command_line.hpp"

namespace kaskado::bench {
namespace {

constexpr const char* kUsage =
    R"(usage: sfu_load [--sample N] [--srtp gcm|cm] [--ip ADDRESS] [--runs apart|whole]
                [--loss SHARE] [--seed N]

Reads commands and writes answers, a JSON object a line; bench/sfu_load/command_line.hpp has them.

  --sample N       decrypt one in N packets of each viewer and take its latency: a power of two, 1 for all (16)
  --srtp gcm|cm    AES-GCM, or AES-CM with HMAC-SHA1; both are offered where it is not said
  --ip ADDRESS     where the peers live (127.0.0.1)
  --runs HOW       what the server sends as one message is taken apart before it comes (apart), or is not (whole)
  --loss SHARE     of all datagrams, in each direction (0); viewers then ask for pictures' packets again
  --seed N         which ones that are (1)
)";

bool read_options(int count, char** arguments, Surroundings& shared) {
  shared.srtp_profiles.assign(dtls::kDefaultSrtpProfiles.begin(), dtls::kDefaultSrtpProfiles.end());
  double loss = 0;
  std::uint64_t seed = 1;
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = arguments[i], value = arguments[i + 1];
    if (name == "--sample") {
      shared.sample_every = static_cast<unsigned>(std::strtoul(value.c_str(), nullptr, 10));
      if (!std::has_single_bit(shared.sample_every) || shared.sample_every > 1024) return false;
    } else if (name == "--srtp" && value == "gcm") {
      shared.srtp_profiles = {dtls::kSrtpAeadAes128Gcm};
    } else if (name == "--srtp" && value == "cm") {
      shared.srtp_profiles = {dtls::kSrtpAes128CmSha1_80};
    } else if (name == "--runs" && (value == "whole" || value == "apart")) {
      shared.runs = value == "whole";
    } else if (name == "--ip") {
      const auto ip = base::SocketAddress::parse(value, 0);
      if (!ip || !ip->is_v4()) return false;
      shared.ip = *ip;
    } else if (name == "--loss") {
      loss = std::strtod(value.c_str(), nullptr);
      if (!(loss >= 0 && loss < 1)) return false;
    } else if (name == "--seed") {
      seed = std::strtoull(value.c_str(), nullptr, 10);
    } else {
      return false;
    }
  }
  shared.loss = Loss(loss, seed);
  return count % 2 == 1;
}

// A socket a peer, and timers that are as exact as the machine's.
void tune_process() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  prctl(PR_SET_TIMERSLACK, 1UL);
}

// Runs each whole line of `input` and takes it out.
void run_lines(std::string& input, CommandLine& commands) {
  std::size_t start = 0;
  for (std::size_t end; (end = input.find('\n', start)) != std::string::npos; start = end + 1)
    commands.run(std::string_view(input).substr(start, end - start));
  input.erase(0, start);
}

int serve(CommandLine& commands) {
  std::string input;
  fcntl(STDIN_FILENO, F_SETFL, fcntl(STDIN_FILENO, F_GETFL) | O_NONBLOCK);
  for (;;) {
    const base::Duration wait =
        std::max<base::Duration>(commands.load().advance() - now(), base::Duration{0});
    const timespec timeout{wait.count() / 1'000'000'000, wait.count() % 1'000'000'000};
    pollfd standard_input{STDIN_FILENO, POLLIN, 0};
    if (ppoll(&standard_input, 1, &timeout, nullptr) <= 0) continue;
    char bytes[1 << 16];
    const ssize_t got = read(STDIN_FILENO, bytes, sizeof bytes);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) return 0;
    if (got < 0) continue;
    input.append(bytes, static_cast<std::size_t>(got));
    run_lines(input, commands);
  }
}

int run(int count, char** arguments) {
  auto shared = std::make_unique<Surroundings>();
  if (!read_options(count, arguments, *shared)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  auto certificate = dtls::Certificate::generate(dtls::KeyType::ecdsa_p256, wall_now());
  if (!certificate) {
    std::fprintf(stderr, "sfu_load: %s\n", certificate.error().message.c_str());
    return 1;
  }
  shared->certificate = *certificate;
  tune_process();
  CommandLine commands(std::move(shared));
  return serve(commands);
}

}  // namespace
}  // namespace kaskado::bench

int main(int count, char** arguments) {
  return kaskado::bench::run(count, arguments);
}
