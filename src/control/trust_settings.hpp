// The settings of who may come in and how much each may take: TLS, tokens, origins, quotas and limits.
#pragma once

#include <filesystem>

#include "control/configuration.hpp"
#include "control/settings_reader.hpp"

namespace kaskado::control {

// mediaServer.net.websocket: `port`, `secure`, `tokens` and `origins`. Files are named from `folder`, where
// the configuration file is. A server without any port, or with one that would let everybody past the
// authorities of the other, is refused.
void read_access(SettingsReader& in, const std::filesystem::path& folder, NetSettings& net);

// mediaServer.resources' limits and mediaServer.sessions.
void read_limits(SettingsReader& in, ControlSettings& control);

}  // namespace kaskado::control
