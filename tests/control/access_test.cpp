#include "control/access.hpp"

#include <gtest/gtest.h>

#include "control/configuration.hpp"
#include "tests/control/temporary_directory.hpp"

namespace kaskado::control {
namespace {

constexpr const char* kToken = "0123456789abcdef-._~+/==";

class AccessTest : public testing::Test {
 protected:
  std::unique_ptr<AccessGate> gate(const std::string& tokens, std::vector<std::string> origins = {}) {
    const std::string file = tokens.empty() ? "" : directory.write("tokens", tokens);
    auto loaded = AccessGate::load({file, std::move(origins)});
    EXPECT_TRUE(loaded.ok()) << loaded.error().message;
    return std::move(loaded).value();
  }
  std::string refusal(const std::string& tokens) {
    const auto loaded = AccessGate::load({directory.write("tokens", tokens), {}});
    if (loaded) return "accepted";
    return loaded.error().message.substr(loaded.error().message.find("tokens:"));
  }
  static int status(const AccessGate& gate, const std::string& authorization, const std::string& query = "",
                    const std::string& origin = "") {
    const auto refused = gate.refusal_of({"/kurento", query, authorization, origin});
    return refused ? refused->status : 200;
  }
  const control_test::TemporaryDirectory directory;
};

TEST_F(AccessTest, AsksNobodyWithoutTokensAndOrigins) {
  EXPECT_EQ(status(*gate(""), "", "", "https://elsewhere.example"), 200);
}

TEST_F(AccessTest, LetsInWhoHasAToken) {
  const auto one = gate(std::string("# of the demo\n\n") + kToken + "\r\nanother-token-that-is-long\n");
  EXPECT_EQ(status(*one, std::string("Bearer ") + kToken), 200);
  EXPECT_EQ(status(*one, std::string("bearer   ") + kToken), 200);
  EXPECT_EQ(status(*one, "Bearer another-token-that-is-long"), 200);
  EXPECT_EQ(status(*one, "", "a=b&access_token=another-token-that-is-long&c=d"), 200);
  EXPECT_EQ(status(*one, "", "access_token=0123456789abcdef-._~%2B%2f%3D%3D"), 200);
}

TEST_F(AccessTest, RefusesEveryOther) {
  const auto one = gate(kToken);
  for (const char* authorization :
       {"", "Bearer", "Bearer ", "Bearer 0123456789abcdef-._~+/=", "Bearer 0123456789abcdef-._~+/===",
        "Bearer 1123456789abcdef-._~+/==", "Basic 0123456789abcdef-._~+/==", "0123456789abcdef-._~+/=="}) {
    EXPECT_EQ(status(*one, authorization), 401) << authorization;
  }
  for (const char* query : {"access_token", "access_token=", "access_token=%", "access_token=%2",
                            "access_token=%zz", "xaccess_token=0123456789abcdef-._~+/=="}) {
    EXPECT_EQ(status(*one, "", query), 401) << query;
  }
  EXPECT_EQ(status(*one, "Bearer " + std::string(100'000, 'a')), 401);
}

TEST_F(AccessTest, SaysHowToEnterAndNotWhatTheTokenIs) {
  const auto refused = gate(kToken)->refusal_of({});
  ASSERT_TRUE(refused);
  EXPECT_NE(refused->body.find("An access token is needed"), std::string::npos);
  EXPECT_EQ(refused->headers.back().first, "WWW-Authenticate");
  EXPECT_EQ(refusal("short"),
            "tokens: line 1 is no token; allowed are 16 to 256 letters, digits and -._~+/=");
  EXPECT_EQ(refusal("# none\n"), "tokens: has no token, so that nobody could enter");
  EXPECT_EQ(refusal(std::string(257, 'a')).substr(0, 25), "tokens: line 1 is no toke");
  EXPECT_TRUE(gate(std::string(256, 'a'))->refusal_of({}).has_value());
}

TEST_F(AccessTest, HoldsPagesAgainstTheirOrigins) {
  const auto one = gate("", {"https://app.example", "http://localhost:8080"});
  EXPECT_EQ(status(*one, ""), 200) << "no browser";
  EXPECT_EQ(status(*one, "", "", "https://app.example"), 200);
  EXPECT_EQ(status(*one, "", "", "https://APP.example"), 200);
  EXPECT_EQ(status(*one, "", "", "http://localhost:8080"), 200);
  for (const char* origin :
       {"null", "http://app.example", "https://app.example:8443", "https://app.example.evil.example"}) {
    EXPECT_EQ(status(*one, "", "", origin), 403) << origin;
  }
}

TEST_F(AccessTest, ReadsTokensAgainWhenTheirFileChanges) {
  const auto one = gate(kToken);
  EXPECT_FALSE(*one->reload(false));
  directory.write("tokens", "a-new-token-that-is-longer-than-the-old");
  EXPECT_TRUE(*one->reload(false));
  EXPECT_EQ(status(*one, std::string("Bearer ") + kToken), 401);
  EXPECT_EQ(status(*one, "Bearer a-new-token-that-is-longer-than-the-old"), 200);
}

TEST_F(AccessTest, KeepsTokensWhoseNewFileIsWrong) {
  const auto one = gate(kToken);
  directory.write("tokens", "short");
  EXPECT_FALSE(one->reload(false).ok());
  EXPECT_TRUE(one->reload(false).ok()) << "told once";
  EXPECT_EQ(status(*one, std::string("Bearer ") + kToken), 200);
}

class AccessSettingsTest : public testing::Test {
 protected:
  base::Result<Configuration> load(const std::string& websocket) {
    return load_configuration(
        directory.write("kurento.conf.json", R"({"mediaServer":{"net":{"websocket":{)" + websocket + "}}}}"),
        "", {});
  }
  std::string refusal(const std::string& websocket) {
    const auto loaded = load(websocket);
    return loaded ? "accepted" : loaded.error().message.substr(loaded.error().message.find("websocket."));
  }
  const control_test::TemporaryDirectory directory;
};

TEST_F(AccessSettingsTest, ServesTlsBesideAndInsteadOfPlain) {
  const auto both =
      load(R"("port": 8888, "secure": {"port": 8433, "certificate": "x.pem", "password": "p"})");
  ASSERT_TRUE(both.ok()) << both.error().message;
  EXPECT_TRUE(both->net.is_plain);
  EXPECT_EQ(both->net.secure->port, 8433);
  EXPECT_EQ(both->net.secure->certificate, (directory.path() / "x.pem").string());
  EXPECT_EQ(both->net.secure->password, "p");
  const auto alone = load(R"("secure": {"port": "9443", "certificate": "/etc/x.pem"})");
  EXPECT_FALSE(alone->net.is_plain);
  EXPECT_EQ(alone->net.secure->port, 9443);
  EXPECT_EQ(alone->net.secure->certificate, "/etc/x.pem");
  EXPECT_FALSE(load(R"("port": 0, "secure": {"certificate": "x"})")->net.is_plain);
  EXPECT_TRUE(load(R"("secure": {})")->net.is_plain);
  EXPECT_FALSE(load(R"("secure": {})")->net.secure.has_value());
}

TEST_F(AccessSettingsTest, WarnsOfSecretsThatEverybodyCanRead) {
  namespace fs = std::filesystem;
  const fs::path tokens = directory.write("tokens", kToken);
  fs::permissions(tokens, fs::perms::owner_read);
  EXPECT_TRUE(load(R"("tokens": "tokens")")->warnings.empty());
  fs::permissions(tokens, fs::perms::owner_read | fs::perms::others_read);
  const auto loaded = load(R"("tokens": "tokens")");
  ASSERT_EQ(loaded->warnings.size(), 1u);
  EXPECT_TRUE(loaded->warnings[0].ends_with("tokens names a file with secrets that everybody can read"));
}

TEST_F(AccessSettingsTest, TellsNoPassword) {
  EXPECT_EQ(refusal(R"("secure": {"certificate": "x", "password": 4711})"),
            "websocket.secure.password is no text");
}

// Whoever asks for TLS, or for certificates, must not be served without.
TEST_F(AccessSettingsTest, RefusesWhatWouldLeaveADoorOpen) {
  EXPECT_EQ(refusal(R"("secure": {"port": 8433})"),
            "websocket.secure.certificate is missing; it should be a PEM file with a certificate, its chain "
            "and its key");
  EXPECT_EQ(refusal(R"("port": 0)"), "websocket.port is 0, and secure.port is not set: nobody could connect");
  EXPECT_EQ(refusal(R"("port": 8433, "secure": {"certificate": "x"})"),
            "websocket.secure.port is that of the port without TLS; each wants one of its own");
  const std::string authorities = R"("secure": {"certificate": "x", "authorities": "y"})";
  EXPECT_EQ(refusal(authorities), "accepted");
  EXPECT_TRUE(
      refusal(R"("port": 8888, )" + authorities).starts_with("websocket.secure.authorities is set, but"));
  EXPECT_EQ(refusal(R"("port": 8888, "tokens": "t", )" + authorities), "accepted");
  EXPECT_TRUE(refusal(R"("origins": ["https://a.example/"])")
                  .starts_with("websocket.origins has \"https://a.example/\""));
  EXPECT_TRUE(refusal(R"("origins": ["*"])").starts_with("websocket.origins has \"*\""));
  EXPECT_EQ(refusal(R"("origins": ["https://a.example", "null"])"), "accepted");
}

}  // namespace
}  // namespace kaskado::control
