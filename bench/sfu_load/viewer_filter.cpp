#include "viewer_filter.hpp"

#include <linux/bpf.h>
#include <linux/filter.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>

namespace kaskado::bench {

namespace {

constexpr std::uint32_t kAt = 8;  // RFC 768: a socket's filter sees the UDP header
constexpr std::uint32_t kWhole = 0xffff;

bpf_insn load(std::uint8_t size, std::uint32_t offset) {
  return {.code = static_cast<std::uint8_t>(BPF_LD | BPF_ABS | size),
          .dst_reg = 0,
          .src_reg = 0,
          .off = 0,
          .imm = static_cast<std::int32_t>(offset)};
}
bpf_insn with(std::uint8_t operation, std::uint32_t value) {
  return {.code = static_cast<std::uint8_t>(BPF_ALU | BPF_K | operation),
          .dst_reg = 0,
          .src_reg = 0,
          .off = 0,
          .imm = static_cast<std::int32_t>(value)};
}
bpf_insn jump(std::uint8_t condition, std::uint32_t value, std::int16_t by) {
  return {.code = static_cast<std::uint8_t>(BPF_JMP | BPF_K | condition),
          .dst_reg = 0,
          .src_reg = 0,
          .off = by,
          .imm = static_cast<std::int32_t>(value)};
}
constexpr bpf_insn kExit{.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0};

// RTP (RFC 3550 §5.1; on this port RFC 5761 §4 tells RTCP from it) whose sequence number has no bit of the
// mask is cut. The descriptor, or -1.
int load_program(std::uint32_t mask) {
  const bpf_insn code[] = {
      {.code = BPF_ALU64 | BPF_MOV | BPF_X, .dst_reg = 6, .src_reg = 1, .off = 0, .imm = 0},
      {.code = BPF_LDX | BPF_MEM | BPF_W,
       .dst_reg = 0,
       .src_reg = 6,
       .off = offsetof(__sk_buff, gso_segs),
       .imm = 0},
      jump(BPF_JGT, 1, 11),  // a run
      load(BPF_B, kAt),
      with(BPF_AND, 0xc0),
      jump(BPF_JNE, 0x80, 8),  // not version 2
      load(BPF_B, kAt + 1),
      jump(BPF_JLT, 192, 1),
      jump(BPF_JLE, 223, 5),  // RTCP
      load(BPF_H, kAt + 2),
      with(BPF_AND, mask),
      jump(BPF_JEQ, 0, 2),  // sampled
      with(BPF_MOV, kAt + kTrimmedBytes),
      kExit,
      with(BPF_MOV, kWhole),
      kExit,
  };
  static constexpr char kLicense[] = "GPL";
  bpf_attr attributes{};
  attributes.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
  attributes.insns = reinterpret_cast<std::uintptr_t>(code);
  attributes.insn_cnt = std::size(code);
  attributes.license = reinterpret_cast<std::uintptr_t>(kLicense);
  return static_cast<int>(syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof attributes));
}

// Loaded once for each rate, and open while the process lasts.
int shared_program(unsigned sample_every) {
  static std::map<unsigned, int> programs;
  const auto [place, is_new] = programs.try_emplace(sample_every, -1);
  if (is_new) place->second = load_program(sample_every - 1);
  return place->second;
}

// The same in classic BPF, which needs no rights and knows no runs.
bool attach_own(int socket, std::uint32_t mask) {
  sock_filter code[] = {
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kAt),         BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xc0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x80, 0, 7),  // not version 2
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, kAt + 1),     BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 192, 0, 1),
      BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 223, 0, 4),  // RTCP
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, kAt + 2),     BPF_STMT(BPF_ALU | BPF_AND | BPF_K, mask),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),  // sampled
      BPF_STMT(BPF_RET | BPF_K, kAt + kTrimmedBytes),  BPF_STMT(BPF_RET | BPF_K, kWhole),
  };
  const sock_fprog program{static_cast<unsigned short>(std::size(code)), code};
  return setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

}  // namespace

bool viewer_filter_knows_runs(unsigned sample_every) {
  return shared_program(sample_every) >= 0;
}

bool attach_viewer_filter(int socket, unsigned sample_every) {
  const int program = shared_program(sample_every);
  if (program < 0) return attach_own(socket, sample_every - 1);
  return setsockopt(socket, SOL_SOCKET, SO_ATTACH_BPF, &program, sizeof program) == 0;
}

}  // namespace kaskado::bench
