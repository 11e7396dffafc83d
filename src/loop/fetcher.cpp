#include "loop/fetcher.hpp"

#include <algorithm>
#include <deque>
#include <list>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

#include "loop/curl_library.hpp"

namespace kaskado::loop {
namespace {

struct Request {
  std::string address;
  Fetcher::Done done;
};

// One under way.
struct Transfer {
  Request request;
  std::size_t most_bytes;
  CurlEasy easy{curl().easy_init()};
  Fetcher::Bytes bytes{};
  bool too_large = false;
  char reason[CURL_ERROR_SIZE] = "";
};

std::size_t receive(const char* data, std::size_t, std::size_t size, void* into) {
  auto& transfer = *static_cast<Transfer*>(into);
  if (transfer.bytes.size() + size > transfer.most_bytes) {
    transfer.too_large = true;
    return 0;
  }
  transfer.bytes.insert(transfer.bytes.end(), data, data + size);
  return size;
}

bool is_address(std::string_view text) {
  constexpr std::string_view kBeginnings[] = {"/", "http://", "https://", "file:///"};
  return std::ranges::any_of(kBeginnings,
                             [&](std::string_view beginning) { return text.starts_with(beginning); });
}

// An absolute path as the address that libcurl knows it by.
std::string address_of(const std::string& text) {
  if (!text.starts_with('/')) return text;
  char* const escaped = curl().easy_escape(nullptr, text.c_str(), static_cast<int>(text.size()));
  std::string address = "file://";
  // Slashes stay.
  for (std::string_view rest = escaped ? escaped : ""; !rest.empty();) {
    const bool slash = rest.starts_with("%2F");
    address += slash ? std::string("/") : std::string(rest.substr(0, 1));
    rest.remove_prefix(slash ? 3 : 1);
  }
  curl().free(escaped);
  return address;
}

void prepare(Transfer& transfer, std::chrono::milliseconds most_time, const std::string& trusted_certificates) {
  CURL* const easy = transfer.easy.get();
  begin_transfer(easy, {address_of(transfer.request.address), "http,https,file", trusted_certificates}, transfer.reason,
                 &transfer);
  curl().easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(most_time.count()));
  curl().easy_setopt(easy, CURLOPT_WRITEFUNCTION, &receive);
  curl().easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
}

base::Error no_library(const std::string& address) {
  return {"'" + address + "' cannot be read: " + kCurlIsMissing};
}

std::string reason_of(const Transfer& transfer, CURLcode code) {
  if (transfer.too_large) return "it is larger than " + std::to_string(transfer.most_bytes) + " bytes";
  return *transfer.reason ? transfer.reason : curl().easy_strerror(code);
}

}  // namespace

struct Fetcher::State {
  State(Limits given, std::string trusted) : limits(given), trusted_certificates(std::move(trusted)) {}

  void run();
  bool open();
  void refuse_waiting();
  // Under mutex.
  void wake() {
    if (multi) curl().multi_wakeup(multi.get());
  }
  void begin_waiting();
  void end_finished();

  const Limits limits;
  const std::string trusted_certificates;
  std::mutex mutex;
  CurlMulti multi;                    // under mutex until the thread has made it, then constant
  std::deque<Request> waiting;    // under mutex
  bool ended = false;             // under mutex
  bool unusable = false;          // under mutex
  std::thread thread;             // under mutex
  std::list<Transfer> under_way;  // the thread's
};

void Fetcher::State::begin_waiting() {
  const std::lock_guard lock(mutex);
  while (under_way.size() < limits.most_at_once && !waiting.empty()) {
    Transfer& transfer = under_way.emplace_back(Transfer{std::move(waiting.front()), limits.most_bytes});
    waiting.pop_front();
    prepare(transfer, limits.most_time, trusted_certificates);
    curl().multi_add_handle(multi.get(), transfer.easy.get());
  }
}

void Fetcher::State::end_finished() {
  int left = 0;
  while (const CURLMsg* message = curl().multi_info_read(multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    void* which = nullptr;
    curl().easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &which);
    curl().multi_remove_handle(multi.get(), message->easy_handle);
    const auto found =
        std::find_if(under_way.begin(), under_way.end(), [&](const Transfer& t) { return &t == which; });
    Transfer& transfer = *found;
    if (code == CURLE_OK) {
      transfer.request.done(std::move(transfer.bytes));
    } else {
      transfer.request.done(
          base::Error{"'" + transfer.request.address + "' cannot be read: " + reason_of(transfer, code)});
    }
    under_way.erase(found);
  }
}

// False where the library is not to be had.
bool Fetcher::State::open() {
  CurlMulti made(CurlLibrary::get() ? curl().multi_init() : nullptr);
  const std::lock_guard lock(mutex);
  multi = std::move(made);
  unusable = !multi;
  return !unusable;
}

void Fetcher::State::refuse_waiting() {
  std::deque<Request> refused;
  {
    const std::lock_guard lock(mutex);
    refused.swap(waiting);
  }
  for (const Request& request : refused) request.done(no_library(request.address));
}

void Fetcher::State::run() {
  if (!open()) return refuse_waiting();
  for (;;) {
    {
      const std::lock_guard lock(mutex);
      if (ended) break;
    }
    begin_waiting();
    int running = 0;
    curl().multi_perform(multi.get(), &running);
    end_finished();
    {
      const std::lock_guard lock(mutex);
      if (ended || (!waiting.empty() && under_way.size() < limits.most_at_once)) continue;
    }
    constexpr int kLongestWaitMs = 60'000;
    curl().multi_poll(multi.get(), nullptr, 0, kLongestWaitMs, nullptr);
  }
  for (Transfer& transfer : under_way) curl().multi_remove_handle(multi.get(), transfer.easy.get());
  under_way.clear();
}

Fetcher::Fetcher(Limits limits, std::string trusted_certificates)
    : state_(std::make_unique<State>(limits, std::move(trusted_certificates))) {}

Fetcher::~Fetcher() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ended = true;
    state_->waiting.clear();
    state_->wake();
  }
  if (state_->thread.joinable()) state_->thread.join();
}

void Fetcher::fetch(std::string address, Done done) {
  if (!is_address(address)) {
    return done(
        base::Error{"'" + address + "' is neither an http:, https: or file: address nor an absolute path"});
  }
  bool unusable = false;
  {
    const std::lock_guard lock(state_->mutex);
    unusable = state_->unusable;
    if (!unusable && !state_->ended && state_->waiting.size() < state_->limits.most_waiting) {
      state_->waiting.push_back({std::move(address), std::move(done)});
      if (!state_->thread.joinable()) state_->thread = std::thread([state = state_.get()] { state->run(); });
      state_->wake();
      return;
    }
  }
  done(unusable ? no_library(address)
                : base::Error{"'" + address + "' cannot be read: too much is being read already"});
}

}  // namespace kaskado::loop
