#include "loop/fetcher.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <deque>
#include <list>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

namespace kaskado::loop {
namespace {

struct EndMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct EndEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
using Multi = std::unique_ptr<CURLM, EndMulti>;
using Easy = std::unique_ptr<CURL, EndEasy>;

void initialise_curl() {
  static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(once);
}

struct Request {
  std::string address;
  Fetcher::Done done;
};

// One under way.
struct Transfer {
  Request request;
  std::size_t most_bytes;
  Easy easy{curl_easy_init()};
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
  char* const escaped = curl_easy_escape(nullptr, text.c_str(), static_cast<int>(text.size()));
  std::string address = "file://";
  // Slashes stay.
  for (std::string_view rest = escaped ? escaped : ""; !rest.empty();) {
    const bool slash = rest.starts_with("%2F");
    address += slash ? std::string("/") : std::string(rest.substr(0, 1));
    rest.remove_prefix(slash ? 3 : 1);
  }
  curl_free(escaped);
  return address;
}

void prepare(Transfer& transfer, std::chrono::milliseconds most_time) {
  CURL* const easy = transfer.easy.get();
  curl_easy_setopt(easy, CURLOPT_URL, address_of(transfer.request.address).c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https,file");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, 5L);
  curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(most_time.count()));
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "kaskado");
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, transfer.reason);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &receive);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_PRIVATE, &transfer);
}

std::string reason_of(const Transfer& transfer, CURLcode code) {
  if (transfer.too_large) return "it is larger than " + std::to_string(transfer.most_bytes) + " bytes";
  return *transfer.reason ? transfer.reason : curl_easy_strerror(code);
}

}  // namespace

struct Fetcher::State {
  explicit State(Limits given) : limits(given) {
    initialise_curl();
    multi.reset(curl_multi_init());
  }

  void run();
  void begin_waiting();
  void end_finished();

  const Limits limits;
  Multi multi;
  std::mutex mutex;
  std::deque<Request> waiting;    // under mutex
  bool ended = false;             // under mutex
  std::thread thread;             // under mutex
  std::list<Transfer> under_way;  // the thread's
};

void Fetcher::State::begin_waiting() {
  const std::lock_guard lock(mutex);
  while (under_way.size() < limits.most_at_once && !waiting.empty()) {
    Transfer& transfer = under_way.emplace_back(Transfer{std::move(waiting.front()), limits.most_bytes});
    waiting.pop_front();
    prepare(transfer, limits.most_time);
    curl_multi_add_handle(multi.get(), transfer.easy.get());
  }
}

void Fetcher::State::end_finished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    void* which = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &which);
    curl_multi_remove_handle(multi.get(), message->easy_handle);
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

void Fetcher::State::run() {
  for (;;) {
    {
      const std::lock_guard lock(mutex);
      if (ended) break;
    }
    begin_waiting();
    int running = 0;
    curl_multi_perform(multi.get(), &running);
    end_finished();
    {
      const std::lock_guard lock(mutex);
      if (ended || (!waiting.empty() && under_way.size() < limits.most_at_once)) continue;
    }
    constexpr int kLongestWaitMs = 60'000;
    curl_multi_poll(multi.get(), nullptr, 0, kLongestWaitMs, nullptr);
  }
  for (Transfer& transfer : under_way) curl_multi_remove_handle(multi.get(), transfer.easy.get());
  under_way.clear();
}

Fetcher::Fetcher(Limits limits) : state_(std::make_unique<State>(limits)) {}

Fetcher::~Fetcher() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ended = true;
    state_->waiting.clear();
  }
  curl_multi_wakeup(state_->multi.get());
  if (state_->thread.joinable()) state_->thread.join();
}

void Fetcher::fetch(std::string address, Done done) {
  if (!is_address(address)) {
    return done(
        base::Error{"'" + address + "' is neither an http:, https: or file: address nor an absolute path"});
  }
  {
    const std::lock_guard lock(state_->mutex);
    if (!state_->ended && state_->waiting.size() < state_->limits.most_waiting) {
      state_->waiting.push_back({std::move(address), std::move(done)});
      if (!state_->thread.joinable()) state_->thread = std::thread([state = state_.get()] { state->run(); });
      curl_multi_wakeup(state_->multi.get());
      return;
    }
  }
  done(base::Error{"'" + address + "' cannot be read: too much is being read already"});
}

}  // namespace kaskado::loop
