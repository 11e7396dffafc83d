// What SRTP costs a packet: sealing from a shared payload into a slot, and opening in place; libsrtp2 doing
// the same; and the bare OpenSSL calls over the same bytes with nothing around them ("floor"). The time of a
// benchmark is ours a packet; the counters give the others in ns a packet and the ratios:
//   of_floor  = ours / floor    (1 is what OpenSSL allows)
//   of_libsrtp = ours / libsrtp2
#define OPENSSL_SUPPRESS_DEPRECATED
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <string>
#include <vector>

#include "../tests/srtp/oracle.hpp"
#include "srtp/receiver.hpp"
#include "srtp/sender.hpp"

namespace kaskado::srtp {
namespace {

constexpr std::size_t kHeaderBytes = 20;  // with one word of header extension
constexpr std::size_t kBatch = 256;
constexpr std::size_t kSlotBytes = 1536;
constexpr std::size_t kViewers = 300;

// Of this thread's CPU time, so that a busy machine does not show.
double now_ns() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e9 + static_cast<double>(time.tv_nsec);
}

// A batch of slots that stand for consecutive packets of one source, as an outbox holds them.
class Slots {
 public:
  explicit Slots(std::size_t payload_bytes) : memory_(kBatch * kSlotBytes) {
    base::SeededRandom random(1);
    payload_ = random_bytes(payload_bytes, random);
    header_ = rtp_header({.extension_words = 1, .extended = true}, random);
  }

  std::uint8_t* slot(std::size_t i) { return memory_.data() + i * kSlotBytes; }
  base::MutableBytes span(std::size_t i) { return {slot(i), kSlotBytes}; }
  const ByteVector& payload() const { return payload_; }
  std::size_t plain_bytes() const { return kHeaderBytes + payload_.size(); }

  // Headers of the next batch, with the payload behind them where `filled`.
  void restamp(bool filled) {
    for (std::size_t i = 0; i < kBatch; ++i) {
      std::memcpy(slot(i), header_.data(), kHeaderBytes);
      base::store_u16(slot(i) + 2, static_cast<std::uint16_t>(++index_));
      if (filled) std::memcpy(slot(i) + kHeaderBytes, payload_.data(), payload_.size());
    }
  }
  std::uint64_t index(std::size_t i) const { return index_ - kBatch + 1 + i; }

 private:
  ByteVector memory_;
  ByteVector payload_;
  ByteVector header_;
  std::uint64_t index_ = 0;
};

// The time of `call(i)` for every i of a batch, in ns a packet.
template <typename Call>
double time_batch(Call call) {
  const double start = now_ns();
  for (std::size_t i = 0; i < kBatch; ++i) call(i);
  return (now_ns() - start) / kBatch;
}

// The OpenSSL calls that no implementation through EVP can leave out.
class Floor {
 public:
  explicit Floor(Profile profile) : aead_(traits(profile).aead), context_(EVP_CIPHER_CTX_new()) {
    const bool wide = traits(profile).key_bytes == 32;
    const EVP_CIPHER* cipher = aead_ ? (wide ? EVP_aes_256_gcm() : EVP_aes_128_gcm())
                                     : (wide ? EVP_aes_256_ctr() : EVP_aes_128_ctr());
    EVP_EncryptInit_ex(context_, cipher, nullptr, zeros_, zeros_);
    SHA1_Init(&sha_);
  }
  ~Floor() { EVP_CIPHER_CTX_free(context_); }
  Floor(const Floor&) = delete;

  void run(std::uint8_t* packet, const ByteVector& payload) {
    int written = 0;
    const int size = static_cast<int>(payload.size());
    EVP_EncryptInit_ex(context_, nullptr, nullptr, nullptr, zeros_);
    if (aead_) EVP_EncryptUpdate(context_, nullptr, &written, packet, kHeaderBytes);
    EVP_EncryptUpdate(context_, packet + kHeaderBytes, &written, payload.data(), size);
    if (aead_) {
      EVP_EncryptFinal_ex(context_, packet + kHeaderBytes + size, &written);
      OSSL_PARAM get_tag[] = {
          OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, packet + kHeaderBytes + size, 16),
          OSSL_PARAM_construct_end()};
      EVP_CIPHER_CTX_get_params(context_, get_tag);
    } else {
      // The message with ROC and padding, in whole blocks, and the outer block.
      const std::size_t blocks = (kHeaderBytes + payload.size() + 4 + 1 + 8 + 63) / 64;
      SHA1_Update(&sha_, packet, blocks * 64);
      SHA1_Transform(&sha_, packet);
    }
  }

 private:
  bool aead_;
  EVP_CIPHER_CTX* context_;
  SHA_CTX sha_;
  static constexpr std::uint8_t zeros_[32] = {};
};

struct Times {
  double ours = 0, libsrtp = 0, floor = 0;
  std::size_t batches = 0;

  void report(benchmark::State& state) const {
    const auto count = static_cast<double>(batches);
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
    state.counters["ours_ns"] = ours / count;
    state.counters["libsrtp_ns"] = libsrtp / count;
    state.counters["floor_ns"] = floor / count;
    state.counters["of_floor"] = ours / floor;
    state.counters["of_libsrtp"] = ours / libsrtp;
  }
  void finish_batch(benchmark::State& state, double ours_ns) {
    ours += ours_ns;
    ++batches;
    state.SetIterationTime(ours_ns * kBatch * 1e-9);
  }
};

void seal(benchmark::State& state, Profile profile, std::size_t payload_bytes) {
  base::SeededRandom random(2);
  const MasterKey master = random_master(profile, random);
  SrtpSender sender(master);
  Oracle oracle(master, Oracle::Way::sends);
  Floor floor(profile);
  Slots slots(payload_bytes);
  Times times;
  for ([[maybe_unused]] auto _ : state) {
    slots.restamp(false);
    // libsrtp2 seals in place only, so that the copy into the slot is its user's.
    times.libsrtp += time_batch([&](std::size_t i) {
      std::memcpy(slots.slot(i) + kHeaderBytes, slots.payload().data(), slots.payload().size());
      benchmark::DoNotOptimize(oracle.protect_in_place(slots.slot(i), static_cast<int>(slots.plain_bytes())));
    });
    times.floor += time_batch([&](std::size_t i) { floor.run(slots.slot(i), slots.payload()); });
    times.finish_batch(state, time_batch([&](std::size_t i) {
                         benchmark::DoNotOptimize(
                             sender.seal_rtp(slots.span(i), kHeaderBytes, slots.payload(), slots.index(i)));
                       }));
  }
  times.report(state);
}

void open(benchmark::State& state, Profile profile, std::size_t payload_bytes) {
  base::SeededRandom random(2);
  const MasterKey master = random_master(profile, random);
  SrtpSender sender(master);
  SrtpReceiver receiver(master);
  Oracle oracle(master, Oracle::Way::receives);
  Floor floor(profile);
  Slots slots(payload_bytes);
  Times times;
  const std::size_t sealed_bytes = slots.plain_bytes() + traits(profile).rtp_tag_bytes;
  const auto seal_all = [&] {
    for (std::size_t i = 0; i < kBatch; ++i)
      sender.seal_rtp(slots.span(i), kHeaderBytes, slots.payload(), slots.index(i));
  };
  for ([[maybe_unused]] auto _ : state) {
    slots.restamp(false);
    seal_all();
    times.libsrtp += time_batch([&](std::size_t i) {
      if (!oracle.unprotect_in_place(slots.slot(i), static_cast<int>(sealed_bytes)))
        state.SkipWithError("libsrtp2 refused a packet");
    });
    seal_all();
    times.finish_batch(state, time_batch([&](std::size_t i) {
                         if (receiver.open_rtp({slots.slot(i), sealed_bytes}).drop != base::DropReason::none)
                           state.SkipWithError("a packet was dropped");
                       }));
    times.floor += time_batch([&](std::size_t i) { floor.run(slots.slot(i), slots.payload()); });
  }
  times.report(state);
}

// One packet to many viewers: every one has its own contexts, which do not stay in the first-level cache.
void fan_out(benchmark::State& state, Profile profile, std::size_t payload_bytes) {
  base::SeededRandom random(3);
  std::vector<SrtpSender> senders;
  for (std::size_t i = 0; i < kViewers; ++i) senders.emplace_back(random_master(profile, random));
  Slots slots(payload_bytes);
  double spent_ns = 0;
  for ([[maybe_unused]] auto _ : state) {
    slots.restamp(false);
    const double start = now_ns();
    for (std::size_t i = 0; i < kViewers; ++i)
      benchmark::DoNotOptimize(senders[i].seal_rtp(slots.span(i % kBatch), kHeaderBytes, slots.payload(),
                                                   slots.index(i % kBatch)));
    const double took_ns = now_ns() - start;
    spent_ns += took_ns;
    state.SetIterationTime(took_ns * 1e-9);
  }
  state.counters["ns_a_viewer"] = spent_ns / static_cast<double>(state.iterations()) / kViewers;
}

// Bytes of a session's two halves with nothing received yet.
void memory(benchmark::State& state, Profile profile) {
  constexpr std::size_t kSessions = 100;
  base::SeededRandom random(4);
  const auto in_use = [] { return static_cast<double>(mallinfo2().uordblks); };
  for ([[maybe_unused]] auto _ : state) {
    std::vector<SrtpSender> senders;
    std::vector<SrtpReceiver> receivers;
    const double before = in_use();
    senders.reserve(kSessions);
    for (std::size_t i = 0; i < kSessions; ++i) senders.emplace_back(random_master(profile, random));
    const double with_senders = in_use();
    receivers.reserve(kSessions);
    for (std::size_t i = 0; i < kSessions; ++i) receivers.emplace_back(random_master(profile, random));
    state.counters["sender_bytes"] = (with_senders - before) / kSessions;
    state.counters["receiver_bytes"] = (in_use() - with_senders) / kSessions;
  }
}

const bool kRegistered = [] {
  for (const Profile profile : kAllProfiles) {
    benchmark::RegisterBenchmark(("memory/" + std::string(traits(profile).name)).c_str(), memory, profile)
        ->Iterations(1);
    for (const std::size_t bytes : {160, 1200}) {
      const std::string suffix = std::string(traits(profile).name) + "/" + std::to_string(bytes);
      benchmark::RegisterBenchmark(("seal/" + suffix).c_str(), seal, profile, bytes)->UseManualTime();
      benchmark::RegisterBenchmark(("open/" + suffix).c_str(), open, profile, bytes)->UseManualTime();
      benchmark::RegisterBenchmark(("fan_out/" + suffix).c_str(), fan_out, profile, bytes)->UseManualTime();
    }
  }
  return true;
}();

}  // namespace
}  // namespace kaskado::srtp
