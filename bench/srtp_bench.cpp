// What SRTP costs a packet: sealing from a shared payload into a slot, and opening in place, by each engine
// that this machine has. In the same batches: our own code on OpenSSL ("evp"), libsrtp2, and the bare OpenSSL
// calls over the same bytes with nothing around them ("floor"). The counters are medians over the batches, in
// ns a packet, and the ratios of those:
//   of_evp     = ours / evp
//   of_libsrtp = ours / libsrtp2
//   of_floor   = ours / floor    (1 is what OpenSSL allows)
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

// Times of batches, in ns a packet.
class Series {
 public:
  template <typename Call>
  double add(Call call) {
    batches_.push_back(time_batch(call));
    return batches_.back();
  }
  double median() {
    const auto middle = batches_.begin() + static_cast<std::ptrdiff_t>(batches_.size() / 2);
    std::nth_element(batches_.begin(), middle, batches_.end());
    return *middle;
  }

 private:
  std::vector<double> batches_;
};

struct Times {
  Series ours, evp, libsrtp, floor;

  void report(benchmark::State& state) {
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBatch));
    state.counters["ours_ns"] = ours.median();
    state.counters["evp_ns"] = evp.median();
    state.counters["libsrtp_ns"] = libsrtp.median();
    state.counters["floor_ns"] = floor.median();
    state.counters["of_evp"] = ours.median() / evp.median();
    state.counters["of_libsrtp"] = ours.median() / libsrtp.median();
    state.counters["of_floor"] = ours.median() / floor.median();
  }
};

void set_time(benchmark::State& state, double ours_ns) {
  state.SetIterationTime(ours_ns * kBatch * 1e-9);
}

void seal(benchmark::State& state, Profile profile, Engine engine, std::size_t payload_bytes) {
  base::SeededRandom random(2);
  const MasterKey master = random_master(profile, random);
  SrtpSender sender(master, engine), evp(master, Engine::evp);
  Oracle oracle(master, Oracle::Way::sends);
  Floor floor(profile);
  Slots slots(payload_bytes);
  Times times;
  const auto seal_by = [&](SrtpSender& by) {
    return [&](std::size_t i) {
      benchmark::DoNotOptimize(by.seal_rtp(slots.span(i), kHeaderBytes, slots.payload(), slots.index(i)));
    };
  };
  for ([[maybe_unused]] auto _ : state) {
    slots.restamp(false);
    // libsrtp2 seals in place only, so that the copy into the slot is its user's.
    times.libsrtp.add([&](std::size_t i) {
      std::memcpy(slots.slot(i) + kHeaderBytes, slots.payload().data(), slots.payload().size());
      benchmark::DoNotOptimize(oracle.protect_in_place(slots.slot(i), static_cast<int>(slots.plain_bytes())));
    });
    times.floor.add([&](std::size_t i) { floor.run(slots.slot(i), slots.payload()); });
    times.evp.add(seal_by(evp));
    set_time(state, times.ours.add(seal_by(sender)));
  }
  times.report(state);
}

void open(benchmark::State& state, Profile profile, Engine engine, std::size_t payload_bytes) {
  base::SeededRandom random(2);
  const MasterKey master = random_master(profile, random);
  SrtpSender sender(master);
  SrtpReceiver receiver(master, 1, engine), evp(master, 1, Engine::evp);
  Oracle oracle(master, Oracle::Way::receives);
  Floor floor(profile);
  Slots slots(payload_bytes);
  Times times;
  const std::size_t sealed_bytes = slots.plain_bytes() + traits(profile).rtp_tag_bytes;
  const auto seal_all = [&] {
    for (std::size_t i = 0; i < kBatch; ++i)
      sender.seal_rtp(slots.span(i), kHeaderBytes, slots.payload(), slots.index(i));
  };
  const auto open_by = [&](SrtpReceiver& by) {
    return [&](std::size_t i) {
      if (by.open_rtp({slots.slot(i), sealed_bytes}).drop != base::DropReason::none)
        state.SkipWithError("a packet was dropped");
    };
  };
  for ([[maybe_unused]] auto _ : state) {
    slots.restamp(false);
    seal_all();
    times.libsrtp.add([&](std::size_t i) {
      if (!oracle.unprotect_in_place(slots.slot(i), static_cast<int>(sealed_bytes)))
        state.SkipWithError("libsrtp2 refused a packet");
    });
    seal_all();
    times.evp.add(open_by(evp));
    seal_all();
    set_time(state, times.ours.add(open_by(receiver)));
    times.floor.add([&](std::size_t i) { floor.run(slots.slot(i), slots.payload()); });
  }
  times.report(state);
}

// One packet to many viewers: every one has its own keys, which do not stay in the first-level cache, and of
// thousands not in the second-level cache either.
void fan_out(benchmark::State& state, Profile profile, Engine engine, std::size_t payload_bytes,
             std::size_t viewers) {
  base::SeededRandom random(3);
  std::vector<SrtpSender> senders;
  senders.reserve(viewers);
  for (std::size_t i = 0; i < viewers; ++i) senders.emplace_back(random_master(profile, random), engine);
  Slots slots(payload_bytes);
  std::vector<double> rounds;
  for ([[maybe_unused]] auto _ : state) {
    slots.restamp(false);
    const double start = now_ns();
    for (std::size_t i = 0; i < viewers; ++i)
      benchmark::DoNotOptimize(senders[i].seal_rtp(slots.span(i % kBatch), kHeaderBytes, slots.payload(),
                                                   slots.index(i % kBatch)));
    rounds.push_back(now_ns() - start);
    state.SetIterationTime(rounds.back() * 1e-9);
  }
  std::ranges::nth_element(rounds, rounds.begin() + static_cast<std::ptrdiff_t>(rounds.size() / 2));
  state.counters["ns_a_viewer"] = rounds[rounds.size() / 2] / static_cast<double>(viewers);
}

// Bytes of a session's two halves with nothing received yet, and what making them takes.
void memory(benchmark::State& state, Profile profile, Engine engine) {
  constexpr std::size_t kSessions = 100;
  base::SeededRandom random(4);
  const MasterKey master = random_master(profile, random);
  const auto in_use = [] { return static_cast<double>(mallinfo2().uordblks); };
  for ([[maybe_unused]] auto _ : state) {
    std::vector<SrtpSender> senders;
    std::vector<SrtpReceiver> receivers;
    senders.reserve(kSessions);
    receivers.reserve(kSessions);
    const double reserved = kSessions * (sizeof(SrtpSender) + sizeof(SrtpReceiver));
    const double before = in_use(), start = now_ns();
    for (std::size_t i = 0; i < kSessions; ++i) {
      senders.emplace_back(master, engine);
      receivers.emplace_back(master, SrtpReceiver::kDefaultMaxSources, engine);
    }
    const double took_ns = now_ns() - start;
    state.counters["session_bytes"] = (in_use() - before + reserved) / kSessions;
    state.counters["make_session_ns"] = took_ns / kSessions;
  }
}

void register_for(Profile profile, Engine engine) {
  const std::string suffix = std::string(traits(profile).name) + "/" + std::string(name(engine));
  const auto add = [&](std::string what, auto function, auto... arguments) {
    return benchmark::RegisterBenchmark((what + "/" + suffix).c_str(), function, profile, engine,
                                        arguments...);
  };
  add("memory", memory)->Iterations(10);
  for (const std::size_t bytes : {160, 1200}) {
    const std::string size = "/" + std::to_string(bytes);
    add("seal" + size, seal, bytes)->UseManualTime();
    add("open" + size, open, bytes)->UseManualTime();
    for (const std::size_t viewers : {300, 2500})
      add("fan_out" + size + "/" + std::to_string(viewers), fan_out, bytes, viewers)->UseManualTime();
  }
}

const bool kRegistered = [] {
  for (const Profile profile : kAllProfiles)
    for (const Engine engine : kAllEngines)
      if (is_available(engine, profile)) register_for(profile, engine);
  return true;
}();

}  // namespace
}  // namespace kaskado::srtp
