// What the tests of the room share: recorded descriptions and a local side with fixed secrets.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sdp/negotiation.hpp"

namespace kaskado::sdp {

using SetupRole = Setup;  // testing::Test has a private member of the shorter name

inline std::string read_text(const std::string& path) {
  std::ifstream file(std::string(KASKADO_SDP_TEST_DATA) + "/" + path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// The names of the recordings in a folder of the test data, sorted.
inline std::vector<std::string> list_texts(const std::string& folder) {
  std::vector<std::string> names;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(KASKADO_SDP_TEST_DATA) + "/" + folder)) {
    names.push_back(folder + "/" + entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

inline SessionDescription parse_or_fail(const std::string& text) {
  auto parsed = SessionDescription::parse(text);
  EXPECT_TRUE(parsed.ok()) << (parsed ? "" : parsed.error().message);
  return parsed ? *parsed : SessionDescription{};
}

inline SessionDescription read_description(const std::string& path) {
  return parse_or_fail(read_text(path));
}

inline constexpr const char* kFingerprint =
    "00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF";

inline LocalTransportParameters local_parameters(std::size_t transports = 1) {
  LocalTransportParameters local;
  local.session_id = "4000000001";
  local.session_version = 1;
  local.cname = "user@kaskado";
  local.fingerprint = {"sha-256", kFingerprint};
  for (std::size_t i = 0; i < transports; ++i) {
    local.transports.push_back(
        {.ice_ufrag = "ufrag" + std::to_string(i),
         .ice_pwd = "a-password-of-our-own-" + std::to_string(i),
         .candidates = {"candidate:" + std::to_string(i) + " 1 UDP 1 192.0.2.1 5000 typ host"},
         .port = 9,
         .rtcp_port = 9});
  }
  for (std::uint32_t i = 0; i < 4; ++i) {
    local.sources.push_back(
        {.ssrc = 1000 + i, .rtx_ssrc = 2000 + i, .stream = "stream", .track = "track" + std::to_string(i)});
  }
  return local;
}

inline LocalCapabilities with_data_channels() {
  LocalCapabilities capabilities = default_capabilities();
  capabilities.data_channels = true;
  return capabilities;
}

inline Negotiation answer_or_fail(const SessionDescription& offer, const LocalCapabilities& capabilities,
                                  const LocalTransportParameters& local = local_parameters()) {
  auto result = make_answer(offer, capabilities, local);
  EXPECT_TRUE(result.ok()) << (result ? "" : result.error().message);
  return result ? std::move(*result) : Negotiation{};
}

inline std::vector<int> payload_types(const MediaDescription& media) {
  std::vector<int> result;
  for (const RtpCodec& codec : media.codecs) result.push_back(codec.payload_type);
  return result;
}

inline std::vector<std::string> extension_uris(const std::vector<ExtensionMap>& extensions) {
  std::vector<std::string> result;
  for (const ExtensionMap& extension : extensions) result.push_back(extension.uri);
  return result;
}

inline std::vector<std::string> group_mids(const SessionDescription& session) {
  return session.groups.empty() ? std::vector<std::string>{} : session.groups.front().mids;
}

// The same text with every `from` replaced.
inline std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

}  // namespace kaskado::sdp
