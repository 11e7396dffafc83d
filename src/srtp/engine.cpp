#include "srtp/engine.hpp"

#include "srtp/kernels/kernels.hpp"

#ifdef KASKADO_X86_KERNELS
#include <cpuid.h>
#endif

namespace kaskado::srtp {
namespace {

struct Machine {
  bool sse_gcm = false;
  bool sse_cm_sha1 = false;
  bool wide_gcm = false;
};

#ifdef KASKADO_X86_KERNELS
// What the instruction sets of src/srtp/meson.build need, kernel for kernel. The builtin also asks whether
// the operating system keeps the wide registers; it does not know SHA-NI and VAES in all compilers.
Machine look_at_machine() {
  __builtin_cpu_init();
  unsigned eax = 0, ebx = 0, ecx = 0, edx = 0;
  const bool has_leaf_7 = __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0;
  const bool has_sha = has_leaf_7 && (ebx & bit_SHA);
  const bool has_vaes = has_leaf_7 && (ecx & bit_VAES);
  const bool has_aes = __builtin_cpu_supports("aes") && __builtin_cpu_supports("sse4.1");
  const bool has_avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                          __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("bmi2");
  Machine machine;
  machine.sse_gcm = has_aes && __builtin_cpu_supports("pclmul");
  machine.sse_cm_sha1 = has_aes && has_sha;
  machine.wide_gcm = machine.sse_gcm && has_avx512 && has_vaes && __builtin_cpu_supports("vpclmulqdq");
  return machine;
}
#else
Machine look_at_machine() {
  return {};
}
#endif

const Machine& machine() {
  static const Machine kMachine = look_at_machine();
  return kMachine;
}

}  // namespace

std::string_view name(Engine engine) {
  switch (engine) {
    case Engine::sse:
      return "sse";
    case Engine::wide:
      return "wide";
    case Engine::evp:
      break;
  }
  return "evp";
}

bool is_available(Engine engine, Profile profile) {
  const bool aead = traits(profile).aead;
  switch (engine) {
    case Engine::sse:
      return aead ? machine().sse_gcm : machine().sse_cm_sha1;
    case Engine::wide:
      return aead && machine().wide_gcm;
    case Engine::evp:
      break;
  }
  return true;
}

Engine fastest_engine(Profile profile) {
  Engine fastest = Engine::evp;
  for (const Engine engine : kAllEngines)
    if (is_available(engine, profile)) fastest = engine;
  return fastest;
}

}  // namespace kaskado::srtp
