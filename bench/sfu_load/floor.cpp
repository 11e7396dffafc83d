// What forwarding a packet costs at the least on this machine, here and now: a UDP send to a viewer's socket
// by sendmmsg, each alone or in GSO runs of a frame to one of them, and one AES-128-GCM seal by bare OpenSSL
// calls or by the project's own fastest engine. CPU time of this thread, in µs a packet, as one JSON line.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "bare_messages.hpp"
#include "base/random.hpp"
#include "clocks.hpp"
#include "peer_socket.hpp"
#include "srtp/sender.hpp"

namespace kaskado::bench {
namespace {

constexpr std::size_t kViewers = 64;  // where it is not said
constexpr std::size_t kSlots = 64;
constexpr std::size_t kRun = 9;  // 260 packets/s in 30 frames/s
constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kHeaderBytes = 12;
constexpr int kSendBatches = 256;
constexpr int kSeals = 16'384;

double cpu_us() {
  return static_cast<double>(read_clock_ns(CLOCK_THREAD_CPUTIME_ID)) / 1e3;
}

// Viewers as the generator has them, and a sender as the server is one.
class Sends {
 public:
  Sends(std::size_t packet_bytes, std::size_t viewers) : packet_bytes_(packet_bytes) {
    for (std::size_t i = 0; i < viewers; ++i) {
      auto viewer = PeerSocket::open({.sample_every = 16});
      if (!viewer) fail(viewer.error().message.c_str());
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_port = htons(viewer->local().port());
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      addresses_.push_back(address);
      viewers_.push_back(std::move(*viewer));
    }
    socket_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0) fail("cannot make a UDP socket");
  }
  ~Sends() { close(socket_); }
  Sends(const Sends&) = delete;

  // µs a packet, in messages of `run` packets to one viewer each.
  double measure(std::size_t run) {
    BareMessages messages(addresses_, run, packet_bytes_);
    for (std::size_t i = 0; i < messages.size(); ++i) write_rtp_header(messages.datagram(i), i);
    double spent = 0;
    for (int batch = 0; batch < kSendBatches; ++batch) {
      const double start = cpu_us();
      if (!messages.send(socket_)) fail("sendmmsg");
      spent += cpu_us() - start;
      drain();
    }
    return spent / (kSendBatches * static_cast<double>(messages.size()));
  }

 private:
  [[noreturn]] static void fail(const char* what) {
    std::fprintf(stderr, "sfu_floor: %s: %s\n", what, strerror(errno));
    std::exit(1);
  }

  // As much of it as the viewers' sockets look at, which trim most packets.
  static void write_rtp_header(base::MutableBytes packet, std::size_t sequence) {
    packet[0] = 0x80;
    packet[1] = 96;
    base::store_u16(packet.data() + 2, static_cast<std::uint16_t>(sequence));
  }

  void drain() {
    for (PeerSocket& viewer : viewers_) {
      do viewer.receive(batch_);
      while (batch_.is_full());
    }
  }

  const std::size_t packet_bytes_;
  std::vector<PeerSocket> viewers_;
  std::vector<sockaddr_in> addresses_;
  int socket_ = -1;
  ReceiveBatch batch_;
};

// Packets in turn through 64 slots and from one payload, as an outbox sees them.
class Seals {
 public:
  explicit Seals(std::size_t packet_bytes) : payload_(packet_bytes - kHeaderBytes), slots_(kSlots) {
    base::SeededRandom(1).fill(payload_);
    for (auto& slot : slots_) slot[0] = 0x80;
  }

  // No more than the calls that no implementation through EVP can leave out.
  double measure_evp() {
    EVP_CIPHER_CTX* context = EVP_CIPHER_CTX_new();
    const std::array<std::uint8_t, 16> key{1};
    std::array<std::uint8_t, 12> iv{};
    EVP_EncryptInit_ex(context, EVP_aes_128_gcm(), nullptr, key.data(), iv.data());
    const double start = cpu_us();
    for (int i = 0; i < kSeals; ++i) {
      std::uint8_t* slot = slots_[static_cast<std::size_t>(i) % kSlots].data();
      int written = 0;
      base::store_u32(iv.data() + 8, static_cast<std::uint32_t>(i));
      EVP_EncryptInit_ex(context, nullptr, nullptr, nullptr, iv.data());
      EVP_EncryptUpdate(context, nullptr, &written, slot, kHeaderBytes);
      EVP_EncryptUpdate(context, slot + kHeaderBytes, &written, payload_.data(),
                        static_cast<int>(payload_.size()));
      EVP_EncryptFinal_ex(context, slot + kHeaderBytes + payload_.size(), &written);
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, kTagBytes, slot + kHeaderBytes + payload_.size());
    }
    const double spent = cpu_us() - start;
    EVP_CIPHER_CTX_free(context);
    return spent / kSeals;
  }

  double measure_engine() {
    const std::array<std::uint8_t, 16> key{1};
    const std::array<std::uint8_t, 12> salt{2};
    srtp::SrtpSender sender(srtp::MasterKey::from(srtp::Profile::aead_aes128_gcm, key, salt).value());
    const double start = cpu_us();
    for (int i = 0; i < kSeals; ++i)
      sender.seal_rtp(slots_[static_cast<std::size_t>(i) % kSlots], kHeaderBytes, payload_,
                      static_cast<std::uint64_t>(i));
    return (cpu_us() - start) / kSeals;
  }

 private:
  std::vector<std::uint8_t> payload_;
  std::vector<std::array<std::uint8_t, base::kMaxDatagramBytes + 36>> slots_;
};

int run(int count, char** arguments) {
  const std::size_t size = count >= 2 ? std::strtoul(arguments[1], nullptr, 10) : 0;
  const std::size_t viewers = count >= 3 ? std::strtoul(arguments[2], nullptr, 10) : kViewers;
  if (count > 3 || size < 48 || size > 1400 || viewers < 1 || viewers > 10'000) {
    std::fputs("usage: sfu_floor SIZE [VIEWERS]   (bytes of an RTP packet before it is sealed, 48 to 1400; 64)\n", stderr);
    return 2;
  }
  Sends sends(size + kTagBytes, viewers);
  Seals seals(size);
  const double udp = sends.measure(1), gso = sends.measure(kRun);
  const double evp = seals.measure_evp(), engine = seals.measure_engine();
  const std::string_view name = srtp::name(srtp::fastest_engine(srtp::Profile::aead_aes128_gcm));
  std::printf("{\"udpUs\":%.4f,\"gsoUs\":%.4f,\"evpGcmUs\":%.4f,\"engineGcmUs\":%.4f,\"engine\":\"%.*s\"}\n",
              udp, gso, evp, engine, static_cast<int>(name.size()), name.data());
  return 0;
}

}  // namespace
}  // namespace kaskado::bench

int main(int count, char** arguments) {
  return kaskado::bench::run(count, arguments);
}
