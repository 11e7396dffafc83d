#include "control/configuration.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "control/settings_reader.hpp"
#include "tests/control/temporary_directory.hpp"

namespace kaskado::control {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names(const std::vector<sdp::RtpCodec>& codecs) {
  std::vector<std::string> names;
  for (const sdp::RtpCodec& codec : codecs) names.push_back(codec.name + "/" + std::to_string(codec.clock_rate));
  return names;
}

const KnownCodecs kKnown{{"opus/48000/2", "PCMU/8000"}, {"VP8/90000", "H264/90000"}};

class ConfigurationTest : public testing::Test {
 protected:
  ConfigurationTest() { fs::create_directories(directory / "modules" / "kurento"); }

  std::string write(const std::string& name, const std::string& text) const { return temporary.write(name, text); }
  Configuration load(const std::string& text) const {
    auto loaded = load_configuration(write("kurento.conf.json", text), "", kKnown);
    EXPECT_TRUE(loaded.ok()) << loaded.error().message;
    return loaded ? std::move(loaded).value() : Configuration();
  }
  // The error without the directory in front.
  std::string refusal(const std::string& text) const {
    const auto loaded = load_configuration(write("kurento.conf.json", text), "", kKnown);
    return loaded.ok() ? "accepted" : without_directory(loaded.error().message);
  }
  std::string without_directory(const std::string& sentence) const {
    return sentence.substr(sentence.find(directory.string()) + directory.string().size() + 1);
  }
  static std::string websocket(const std::string& content) {
    return R"({"mediaServer":{"net":{"websocket":{)" + content + "}}}}";
  }

  const control_test::TemporaryDirectory temporary;
  const fs::path directory = temporary.path();
};

TEST_F(ConfigurationTest, IsTheDefaultWithoutAFile) {
  const auto loaded = load_configuration("", "", kKnown);
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded->net.address, "127.0.0.1");
  EXPECT_EQ(loaded->net.port, 8888);
  EXPECT_EQ(loaded->net.path, "/kurento");
  EXPECT_EQ(loaded->control.garbage_collector_period, std::chrono::seconds(240));
  EXPECT_TRUE(loaded->control.remember_requests);
  EXPECT_TRUE(loaded->warnings.empty());
}

TEST_F(ConfigurationTest, TakesAllThatKurentoUsersSet) {
  const Configuration all = load(R"({
    "//": "a comment",
    "mediaServer": {
      "resources": {"//exceptionLimit": "0.1", "garbageCollectorPeriod": "10", "disableRequestCache": true},
      "net": {"websocket": {"address": "0.0.0.0", "port": 9999, "path": "media/kms", "connqueue": 7,
                            "secure": {"//port": 8433, "//certificate": "x.pem"}}},
      "shards": 3, "maxCoalescingDelay": 250}})");
  EXPECT_EQ(all.control.garbage_collector_period, std::chrono::seconds(10));
  EXPECT_FALSE(all.control.remember_requests);
  EXPECT_EQ(all.net.address, "0.0.0.0");
  EXPECT_EQ(all.net.port, 9999);
  EXPECT_EQ(all.net.path, "/media/kms");
  EXPECT_EQ(all.net.connection_queue, 7);
  EXPECT_EQ(all.shards, 3);
  EXPECT_EQ(all.media.max_coalescing_delay, std::chrono::microseconds(250));
  EXPECT_TRUE(all.warnings.empty()) << all.warnings[0];
}

TEST_F(ConfigurationTest, TrustsAuthoritiesWhoseFileIsThere) {
  const std::string file = write("authorities.pem", "-----BEGIN CERTIFICATE-----");
  EXPECT_EQ(load(R"({"mediaServer":{"trustedCertificates":")" + file + R"("}})").media.trusted_certificates, file);
  EXPECT_EQ(refusal(R"({"mediaServer":{"trustedCertificates":"/nowhere.pem"}})"),
            "kurento.conf.json: mediaServer.trustedCertificates is \"/nowhere.pem\", which cannot be read; it should be a "
            "PEM file");
}

TEST_F(ConfigurationTest, ListensOnIPv6WhereAsked) {
  EXPECT_EQ(load(websocket(R"("ipv6": true)")).net.address, "::1");
  EXPECT_EQ(load(websocket(R"("ipv6": true, "address": "::")")).net.address, "::");
}

TEST_F(ConfigurationTest, NamesFileKeyAndWhatIsAllowed) {
  EXPECT_EQ(refusal(websocket(R"("port": 70000)")),
            "kurento.conf.json: mediaServer.net.websocket.port is 70000; allowed are whole numbers from 0 to "
            "65535");
  EXPECT_EQ(refusal(websocket(R"("port": "x")")),
            "kurento.conf.json: mediaServer.net.websocket.port is \"x\"; allowed are whole numbers from 0 to "
            "65535");
  EXPECT_EQ(
      refusal(websocket(R"("port": 1.5)")),
      "kurento.conf.json: mediaServer.net.websocket.port is 1.5; allowed are whole numbers from 0 to 65535");
  EXPECT_EQ(refusal(websocket(R"("path": 5)")),
            "kurento.conf.json: mediaServer.net.websocket.path is 5; allowed are texts");
  EXPECT_EQ(refusal(websocket(R"("address": "localhost")")),
            "kurento.conf.json: mediaServer.net.websocket.address is \"localhost\"; allowed are IPv4 and "
            "IPv6 addresses");
  EXPECT_EQ(refusal(R"({"mediaServer":{"resources":{"disableRequestCache":"maybe"}}})"),
            "kurento.conf.json: mediaServer.resources.disableRequestCache is \"maybe\"; allowed are true and "
            "false");
}

TEST_F(ConfigurationTest, SaysWhatIsWrongWithAFile) {
  EXPECT_EQ(without_directory(
                load_configuration((directory / "no.conf.json").string(), "", kKnown).error().message),
            "no.conf.json: cannot be read: No such file or directory");
  EXPECT_TRUE(refusal("{").starts_with("kurento.conf.json: it is not JSON: Missing")) << refusal("{");
  EXPECT_EQ(refusal(""), "kurento.conf.json: it is empty");
  EXPECT_EQ(refusal("[]"), "kurento.conf.json: it should be a JSON object");
  EXPECT_EQ(without_directory(load_configuration("", (directory / "none").string(), kKnown).error().message),
            "none: cannot be read: No such file or directory");
}

TEST_F(ConfigurationTest, WarnsOfWhatHasNoEffect) {
  const Configuration loaded = load(websocket(R"("threads": 10, "prot": 1, "//x": 2)"));
  ASSERT_EQ(loaded.warnings.size(), 2u);
  EXPECT_EQ(without_directory(loaded.warnings[0]),
            "kurento.conf.json: mediaServer.net.websocket.threads has no effect: one thread serves all "
            "connections");
  EXPECT_EQ(without_directory(loaded.warnings[1]),
            "kurento.conf.json: mediaServer.net.websocket.prot is unknown and has no effect");
}

TEST_F(ConfigurationTest, ReadsTheClassesFiles) {
  write("modules/kurento/SdpEndpoint.conf.json",
        R"({"numAudioMedias":2,"audioCodecs":[{"name":"opus/48000/2"},"PCMU/8000"],"videoCodecs":[]})");
  write("modules/kurento/BaseRtpEndpoint.conf.ini", "; ports\nminPort=5000\r\nmaxPort = 6000\nmtu=1400\n");
  write("modules/kurento/WebRtcEndpoint.conf.ini",
        "networkInterfaces=eth0, eth1\nexternalIPv4=198.51.100.1\nexternalIPv6=2001:db8::1\n"
        "stunServerAddress=192.0.2.1\nturnURL=user:pass=word@192.0.2.1:3478?transport=udp\niceTcp=0\n");
  write("modules/kurento/MediaElement.conf.ini", "encoderBitrate=500000\n");
  write("modules/kurento/Composite.conf.ini", "width=1280\nheight=720\nframerate=25\nshowNames=1\n");
  write("modules/kurento/PlayerEndpoint.conf.ini", "rtspClientPortRange=50000-50100\n");
  write("modules/kurento/UriEndpoint.conf.ini", "defaultPath=/media\n");
  write("modules/kurento/HttpEndpoint.conf.ini",
        "serverAddress=192.0.2.7\nserverPort=9092\nannouncedAddress=media.example.org\nmaxUploadSize=100\nmaxUploadTime=60\n");
  write("modules/kurento/RecorderEndpoint.conf.ini",
        "gapsFix=GENPTS\nroots=/srv/media, /tmp\nspoolDirectory=/srv/spool\nspoolMegabytes=100\n");
  write("modules/kurento/Telephone.conf.ini", "width=1\n");
  write("modules/kurento/README", "");
  const Configuration loaded = load("{}");
  EXPECT_EQ(loaded.media.num_audio_medias, 2);
  EXPECT_EQ(names(loaded.media.audio_codecs), (std::vector<std::string>{"opus/48000", "PCMU/8000"}));
  EXPECT_EQ(loaded.media.audio_codecs.at(0).channels, 2);
  EXPECT_TRUE(loaded.media.video_codecs.empty());
  EXPECT_EQ(loaded.media.min_port, 5000);
  EXPECT_EQ(loaded.media.max_port, 6000);
  EXPECT_EQ(loaded.media.mtu_bytes, 1400);
  EXPECT_EQ(loaded.media.composite_width, 1280);
  EXPECT_EQ(loaded.media.composite_height, 720);
  EXPECT_EQ(loaded.media.composite_frames_per_second, 25);
  EXPECT_TRUE(loaded.media.composite_show_names);
  EXPECT_EQ(loaded.media.rtsp_first_port, 50'000);
  EXPECT_EQ(loaded.media.rtsp_last_port, 50'100);
  EXPECT_EQ(loaded.media.default_path, "/media");
  EXPECT_EQ(loaded.media.recorder_gaps_fix, media::GapsFix::generate_times);
  EXPECT_EQ(loaded.media.recorder_roots, (std::vector<std::string>{"/srv/media", "/tmp"}));
  EXPECT_EQ(loaded.media.recorder_spool_folder, "/srv/spool");
  EXPECT_EQ(loaded.media.recorder_most_spooled_bytes, 100u << 20);
  EXPECT_EQ(loaded.media.network_interfaces, (std::vector<std::string>{"eth0", "eth1"}));
  EXPECT_EQ(loaded.media.external_ipv4, "198.51.100.1");
  EXPECT_EQ(loaded.media.external_ipv6, "2001:db8::1");
  EXPECT_EQ(loaded.media.turn_url, "user:pass=word@192.0.2.1:3478?transport=udp");
  EXPECT_FALSE(loaded.media.ice_tcp);
  EXPECT_EQ(loaded.media.encoder_bitrate_bps, 500'000);
  EXPECT_EQ(loaded.uploads.server_address, "192.0.2.7");
  EXPECT_EQ(loaded.uploads.server_port, 9092);
  EXPECT_EQ(loaded.uploads.announced_address, "media.example.org");
  EXPECT_EQ(loaded.uploads.most_upload_bytes, 100u << 20);
  EXPECT_EQ(loaded.uploads.most_upload_time, std::chrono::seconds(60));
  ASSERT_EQ(loaded.warnings.size(), 1u);
  EXPECT_EQ(without_directory(loaded.warnings[0]),
            "modules/kurento/Telephone.conf.ini has no effect: no class of this server reads it");
}

TEST_F(ConfigurationTest, TakesOneExternalAddressForItsFamily) {
  write("modules/kurento/WebRtcEndpoint.conf.ini", "externalAddress=198.51.100.1\niceLite=1\n");
  EXPECT_EQ(load("{}").media.external_ipv4, "198.51.100.1");
  EXPECT_EQ(load("{}").media.external_ipv6, "");
  EXPECT_TRUE(load("{}").media.ice_lite);
  write("modules/kurento/WebRtcEndpoint.conf.ini", "externalAddress=198.51.100.1\nexternalIPv4=198.51.100.2\n");
  EXPECT_EQ(load("{}").media.external_ipv4, "198.51.100.2");
}

TEST_F(ConfigurationTest, RefusesAddressesOfUploadsThatAreNone) {
  const auto refused = [&](const std::string& text) {
    write("modules/kurento/HttpEndpoint.conf.ini", text);
    const std::string why = refusal("{}");
    return why.substr(why.find(':') + 2);
  };
  EXPECT_EQ(refused("serverAddress=localhost"), "serverAddress is \"localhost\"; allowed are IPv4 and IPv6 addresses");
  EXPECT_EQ(refused("serverPort=65536"), "serverPort is \"65536\"; allowed are whole numbers from 0 to 65535");
  EXPECT_EQ(refused("announcedAddress=a/b"),
            "announcedAddress is \"a/b\"; allowed are names, IP addresses, and http: and https: addresses");
  EXPECT_EQ(refused("maxUploadSize=0"), "maxUploadSize is \"0\"; allowed are whole numbers from 1 to 1073741824");
}

// A list of codecs that nobody has took the media away without a word.
TEST_F(ConfigurationTest, RefusesCodecsThatNobodyHas) {
  const auto refused = [&](const std::string& text) {
    write("modules/kurento/SdpEndpoint.conf.json", text);
    const std::string why = refusal("{}");
    return why.substr(why.find(':') + 2);
  };
  EXPECT_EQ(refused(R"({"audioCodecs":["PCMU/8000","nonsense/1"]})"),
            R"(audioCodecs has "nonsense/1"; known are opus/48000/2, PCMU/8000)");
  EXPECT_EQ(refused(R"({"videoCodecs":[{"name":"opus/48000/2"}]})"),
            R"(videoCodecs has "opus/48000/2"; known are VP8/90000, H264/90000)");
  EXPECT_EQ(refused(R"({"audioCodecs":["opus/8000"]})"),
            R"(audioCodecs has "opus/8000"; known are opus/48000/2, PCMU/8000)");
  EXPECT_EQ(refused(R"({"videoCodecs":["VP8/fast"]})"),
            R"(videoCodecs has "VP8/fast"; known are VP8/90000, H264/90000)");
  EXPECT_EQ(refused(R"({"audioCodecs":["AMR/8000"]})"),
            "audioCodecs has no codec that is known; known are opus/48000/2, PCMU/8000");
}

TEST_F(ConfigurationTest, TakesCodecsInTheWaysThatTheyAreWritten) {
  write("modules/kurento/SdpEndpoint.conf.json", R"({"audioCodecs":["OPUS/48000"],"videoCodecs":["vp8"]})");
  const Configuration loaded = load("{}");
  EXPECT_EQ(names(loaded.media.audio_codecs), (std::vector<std::string>{"OPUS/48000"}));
  EXPECT_EQ(names(loaded.media.video_codecs), (std::vector<std::string>{"vp8/90000"}));
  EXPECT_TRUE(loaded.warnings.empty());
}

// With which Kurento is shipped.
TEST_F(ConfigurationTest, WarnsOfACodecThatOnlyKurentoHas) {
  write("modules/kurento/SdpEndpoint.conf.json",
        R"({"audioCodecs":[{"name":"PCMU/8000"},{"name":"AMR/8000"}]})");
  const Configuration loaded = load("{}");
  EXPECT_EQ(names(loaded.media.audio_codecs), (std::vector<std::string>{"PCMU/8000"}));
  ASSERT_EQ(loaded.warnings.size(), 1u);
  EXPECT_EQ(without_directory(loaded.warnings[0]),
            "modules/kurento/SdpEndpoint.conf.json: audioCodecs has \"AMR/8000\" without effect; known are "
            "opus/48000/2, PCMU/8000");
}

// One end alone was ignored.
TEST_F(ConfigurationTest, ARangeOfPortsWithOneEndHasKurentosOther) {
  const auto range = [&](const std::string& text) {
    write("modules/kurento/BaseRtpEndpoint.conf.ini", text);
    const Configuration loaded = load("{}");
    return std::pair<int, int>(loaded.media.min_port, loaded.media.max_port);
  };
  EXPECT_EQ(range("minPort=50000\n"), std::pair(50'000, 65'535));
  EXPECT_EQ(range("maxPort=6000\n"), std::pair(1024, 6000));
  EXPECT_EQ(range("maxPort=80\n"), std::pair(80, 80));
  EXPECT_EQ(range("mtu=1200\n"), std::pair(0, 0));
  EXPECT_EQ(range("minPort=0\nmaxPort=0\n"), std::pair(0, 0));
}

TEST_F(ConfigurationTest, RefusesWhatCannotBeInTheClassesFiles) {
  const auto refused = [&](const std::string& name, const std::string& text) {
    write("modules/kurento/" + name, text);
    const std::string why = refusal("{}");
    fs::remove(directory / "modules/kurento" / name);
    return why.substr(why.rfind('/') + 1);
  };
  EXPECT_EQ(refused("BaseRtpEndpoint.conf.ini", "minPort=6000\nmaxPort=5000\n"),
            "BaseRtpEndpoint.conf.ini: minPort is greater than maxPort");
  EXPECT_EQ(refused("PlayerEndpoint.conf.ini", "rtspClientPortRange=50000\n"),
            "PlayerEndpoint.conf.ini: rtspClientPortRange is \"50000\"; it should be the first and the last port, as in "
            "50000-50100");
  EXPECT_EQ(refused("Composite.conf.ini", "framerate=0\n"),
            "Composite.conf.ini: framerate is \"0\"; allowed are whole numbers from 1 to 120");
  EXPECT_EQ(refused("RecorderEndpoint.conf.ini", "gapsFix=SOME\n"),
            "RecorderEndpoint.conf.ini: gapsFix is \"SOME\"; allowed are NONE, GENPTS and FILL_IF_TRANSCODING");
  EXPECT_EQ(refused("RecorderEndpoint.conf.ini", "roots=/srv,media\n"),
            "RecorderEndpoint.conf.ini: roots has \"media\"; allowed are absolute paths, with commas between them");
  EXPECT_EQ(refused("BaseRtpEndpoint.conf.ini", "mtu=1501\n"),
            "BaseRtpEndpoint.conf.ini: mtu is \"1501\"; allowed are whole numbers from 576 to 1500");
  EXPECT_EQ(refused("BaseRtpEndpoint.conf.ini", "mtu 1400\n"),
            "BaseRtpEndpoint.conf.ini: line 1 should be 'key=value', a ';' comment or a [section]");
  EXPECT_EQ(refused("WebRtcEndpoint.conf.ini", "externalIPv4=2001:db8::1\n"),
            "WebRtcEndpoint.conf.ini: externalIPv4 is \"2001:db8::1\"; allowed are IPv4 addresses");
  EXPECT_EQ(refused("SdpEndpoint.conf.json", R"({"audioCodecs":[{"nam":"x"}]})").substr(0, 37),
            "SdpEndpoint.conf.json: audioCodecs is");
}

TEST_F(ConfigurationTest, ShippedFilesSetTheDefaults) {
  const auto shipped = load_configuration(KASKADO_CONF "/kurento.conf.json", "", kKnown);
  ASSERT_TRUE(shipped.ok()) << shipped.error().message;
  EXPECT_TRUE(shipped->warnings.empty()) << shipped->warnings[0];
  const Configuration defaults;
  EXPECT_EQ(shipped->net.address, defaults.net.address);
  EXPECT_EQ(shipped->net.port, defaults.net.port);
  EXPECT_EQ(shipped->net.path, defaults.net.path);
  EXPECT_EQ(shipped->net.connection_queue, defaults.net.connection_queue);
  EXPECT_EQ(shipped->control.garbage_collector_period, defaults.control.garbage_collector_period);
  EXPECT_EQ(shipped->media.audio_codecs, defaults.media.audio_codecs);
  EXPECT_EQ(shipped->media.video_codecs, defaults.media.video_codecs);
}

TEST(Ini, HasSections) {
  const auto parsed = parse_ini("a=1\n[one]\nb=2\n# c\n[two]\nd=\n");
  ASSERT_TRUE(parsed.ok());
  EXPECT_EQ(*parsed->find("a")->string(), "1");
  EXPECT_EQ(*parsed->find("one")->object()->find("b")->string(), "2");
  EXPECT_EQ(*parsed->find("two")->object()->find("d")->string(), "");
  EXPECT_FALSE(parse_ini("=1").ok());
}

}  // namespace
}  // namespace kaskado::control
