#include "control/trust_settings.hpp"

#include <system_error>
#include <type_traits>

namespace kaskado::control {
namespace {

namespace fs = std::filesystem;
const std::string kPrefix = "mediaServer.net.websocket.";

void read_file_name(SettingsReader& in, std::string_view key, const fs::path& folder, std::string& into) {
  in.text(key, into);
  if (!into.empty() && fs::path(into).is_relative()) into = (folder / into).string();
}

void read_secret_file(SettingsReader& in, std::string_view key, const fs::path& folder, std::string& into) {
  read_file_name(in, key, folder, into);
  std::error_code none;
  const fs::perms rights = fs::status(into, none).permissions();
  if (!none && (rights & fs::perms::others_read) != fs::perms::none) {
    in.warn(key, "names a file with secrets that everybody can read");
  }
}

// As Kurento has it: where a port with TLS is asked for, the one without is there only if it is asked for as
// well.
void read_ports(SettingsReader& in, NetSettings& net, TlsOptions& secure) {
  std::int64_t plain = -1;
  std::int64_t with_tls = -1;
  in.integer(kPrefix + "port", 0, 65'535, plain);
  in.integer(kPrefix + "secure.port", 0, 65'535, with_tls);
  const bool names_certificate = !secure.certificate.empty();
  if (with_tls > 0 || (with_tls < 0 && names_certificate)) {
    if (with_tls > 0) secure.port = static_cast<std::uint16_t>(with_tls);
    if (!names_certificate) {
      in.refuse(kPrefix + "secure.certificate",
                "is missing; it should be a PEM file with a certificate, its chain and its key");
    }
    net.secure = secure;
  }
  net.is_plain = plain > 0 || (plain < 0 && !net.secure);
  if (plain > 0) net.port = static_cast<std::uint16_t>(plain);
  if (!net.is_plain && !net.secure)
    in.refuse(kPrefix + "port", "is 0, and secure.port is not set: nobody could connect");
  if (net.is_plain && net.secure && net.port == net.secure->port) {
    in.refuse(kPrefix + "secure.port", "is that of the port without TLS; each wants one of its own");
  }
}

// "scheme://host" or "scheme://host:port", as browsers send it (RFC 6454 §6.2).
bool is_origin(std::string_view text) {
  if (text == "null") return true;
  const std::size_t host = text.find("://");
  return host != std::string_view::npos && host > 0 && host + 3 < text.size() &&
         text.find_first_of("/?#@* ", host + 3) == std::string_view::npos;
}

void read_origins(SettingsReader& in, std::vector<std::string>& origins) {
  in.names(kPrefix + "origins", origins);
  for (const std::string& origin : origins) {
    if (!is_origin(origin)) {
      in.refuse(kPrefix + "origins",
                "has \"" + origin + "\"; allowed are origins without a path, as \"https://app.example\"");
    }
  }
}

}  // namespace

void read_access(SettingsReader& in, const fs::path& folder, NetSettings& net) {
  TlsOptions secure;
  read_secret_file(in, kPrefix + "secure.certificate", folder, secure.certificate);
  in.secret(kPrefix + "secure.password", secure.password);
  read_file_name(in, kPrefix + "secure.authorities", folder, secure.authorities);
  read_ports(in, net, secure);
  read_secret_file(in, kPrefix + "tokens", folder, net.access.tokens_file);
  read_origins(in, net.access.origins);
  if (!secure.authorities.empty() && net.is_plain && net.access.tokens_file.empty()) {
    in.refuse(
        kPrefix + "secure.authorities",
        "is set, but the port without TLS would let everybody in; set port to 0, or name a file of tokens");
  }
}

void read_limits(SettingsReader& in, ControlSettings& control) {
  const auto count = [&in](const char* key, std::int64_t most, auto& into) {
    auto value = static_cast<std::int64_t>(into);
    in.integer(std::string("mediaServer.") + key, 0, most, value);
    into = static_cast<std::remove_reference_t<decltype(into)>>(value);
  };
  in.real("mediaServer.resources.exceptionLimit", 0, 1, control.resources.exception_limit);
  in.real("mediaServer.resources.killLimit", 0, 1, control.resources.kill_limit);
  constexpr std::int64_t kMiB = 1024 * 1024;
  std::int64_t budget_mib = 0;
  count("resources.memoryBudget", kMiB, budget_mib);
  control.resources.memory_budget_bytes = budget_mib * kMiB;
  SessionQuotas& quotas = control.quotas;
  count("sessions.maxObjects", 1'000'000, quotas.max_objects);
  count("sessions.maxPipelines", 1'000'000, quotas.max_pipelines);
  count("sessions.maxBytesPerSecond", std::int64_t{1} << 40, quotas.max_bytes_per_second);
  count("sessions.maxRequestsPerSecond", 1'000'000'000, quotas.max_requests_per_second);
  in.boolean("mediaServer.sessions.isolated", control.isolate_sessions);
}

}  // namespace kaskado::control
