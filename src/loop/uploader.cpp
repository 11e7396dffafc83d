#include "loop/uploader.hpp"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <thread>
#include <utility>

#include "base/text.hpp"
#include "loop/curl_library.hpp"
#include "loop/loop.hpp"
#include "loop/upload.hpp"

namespace kaskado::loop {

namespace {

base::Error refused(const std::string& address, const std::string& why) {
  return {"'" + address + "' cannot be written: " + why};
}

// The store will say the same again (RFC 9110 §15.5), but for time-outs and too many requests; and show the same
// certificate.
bool is_final(CURLcode code, long status) {
  if (code == CURLE_PEER_FAILED_VERIFICATION) return true;
  return status >= 400 && status < 500 && status != 408 && status != 425 && status != 429;
}

}  // namespace

struct Uploader::State {
  State(Limits given, std::string trusted) : limits(given), trusted_certificates(std::move(trusted)) {}

  void run();
  bool open();
  void take_new();
  void begin_due(base::Instant now);
  void resume();
  void end_finished();
  void end(std::list<Upload>::iterator upload, base::Result<void> result);
  int wait_ms(base::Instant now) const;

  const Limits limits;
  const std::string trusted_certificates;
  std::mutex mutex;
  std::condition_variable fewer;
  // Under the mutex.
  CurlMulti multi;  // until the thread has made it, then constant
  std::deque<UploadRequest> waiting;
  std::size_t count = 0;  // of all
  bool woken = false;
  bool ended = false;
  std::thread thread;
  // The thread's.
  std::list<Upload> uploads;
};

bool Uploader::State::open() {
  CurlMulti made(CurlLibrary::get() ? curl().multi_init() : nullptr);
  const std::lock_guard lock(mutex);
  multi = std::move(made);
  return multi != nullptr;
}

void Uploader::State::take_new() {
  std::deque<UploadRequest> fresh;
  {
    const std::lock_guard lock(mutex);
    fresh.swap(waiting);
    woken = false;
  }
  const base::Instant now = monotonic_now();
  for (UploadRequest& request : fresh) {
    Upload& upload = uploads.emplace_back(Upload{.request = std::move(request), .wait = limits.least_wait});
    upload.next = now;
    if (!multi)
      end(std::prev(uploads.end()),
          refused(upload.request.address, kCurlIsMissing));
  }
}

void Uploader::State::begin_due(base::Instant now) {
  for (Upload& upload : uploads) {
    if (upload.easy || upload.next > now) continue;
    upload.prepare(trusted_certificates);
    curl().multi_add_handle(multi.get(), upload.easy.get());
  }
}

void Uploader::State::resume() {
  for (Upload& upload : uploads) {
    if (upload.easy && std::exchange(upload.paused, false))
      curl().easy_pause(upload.easy.get(), CURLPAUSE_CONT);
  }
}

void Uploader::State::end(std::list<Upload>::iterator upload, base::Result<void> result) {
  const Done done = std::move(upload->request.done);
  uploads.erase(upload);
  done(std::move(result));
  const std::lock_guard lock(mutex);
  --count;
  fewer.notify_all();
}

void Uploader::State::end_finished() {
  int left = 0;
  while (const CURLMsg* message = curl().multi_info_read(multi.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    void* which = nullptr;
    long status = 0;
    curl().easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &which);
    curl().easy_getinfo(message->easy_handle, CURLINFO_RESPONSE_CODE, &status);
    curl().multi_remove_handle(multi.get(), message->easy_handle);
    const auto upload = std::ranges::find_if(uploads, [&](const Upload& each) { return &each == which; });
    upload->easy.reset();
    const base::Instant now = monotonic_now();
    // A store that answers before it has all has not got it.
    const bool whole = code == CURLE_OK && status < 300 && upload->request.body->ends_at(upload->position);
    const std::string reason = code == CURLE_OK  ? "the store answered before it had all"
                               : *upload->reason ? upload->reason
                                                 : curl().easy_strerror(code);
    if (whole) {
      end(upload, {});
    } else if (upload->lost) {
      end(upload, refused(upload->request.address,
                          "the store was away, and the beginning is not there any more (" + reason + ")"));
    } else if (is_final(code, status) || now - upload->failing_since.value_or(now) > limits.most_outage) {
      end(upload, refused(upload->request.address, reason));
    } else {
      if (!upload->failing_since) upload->failing_since = now;
      if (upload->position > 0) upload->wait = std::max(limits.least_wait, upload->wait / 2);
      upload->next = now + upload->wait;
      upload->wait = std::min(upload->wait * 2, limits.most_wait);
    }
  }
}

int Uploader::State::wait_ms(base::Instant now) const {
  base::Duration wait = std::chrono::seconds{60};
  for (const Upload& upload : uploads) {
    if (!upload.easy) wait = std::min(wait, upload.next - now);
  }
  return static_cast<int>(std::max<std::int64_t>(base::to_ms(wait) + 1, 0));
}

void Uploader::State::run() {
  const bool usable = open();
  for (;;) {
    {
      std::unique_lock lock(mutex);
      if (!usable) fewer.wait(lock, [this] { return ended || !waiting.empty(); });
      if (ended) break;
    }
    take_new();
    if (!usable) continue;
    begin_due(monotonic_now());
    resume();
    int running = 0;
    curl().multi_perform(multi.get(), &running);
    end_finished();
    {
      const std::lock_guard lock(mutex);
      if (ended || woken || !waiting.empty()) continue;
    }
    curl().multi_poll(multi.get(), nullptr, 0, wait_ms(monotonic_now()), nullptr);
  }
  for (Upload& upload : uploads) {
    if (upload.easy) curl().multi_remove_handle(multi.get(), upload.easy.get());
  }
  uploads.clear();
}

Uploader::Uploader(Limits limits, std::string trusted_certificates)
    : state_(std::make_unique<State>(limits, std::move(trusted_certificates))) {}

Uploader::~Uploader() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ended = true;
    state_->waiting.clear();
    if (state_->multi) curl().multi_wakeup(state_->multi.get());
    state_->fewer.notify_all();
  }
  if (state_->thread.joinable()) state_->thread.join();
}

void Uploader::put(std::string address, std::shared_ptr<UploadBody> body, Done done) {
  const char* refusal = base::is_http_address(address) ? nullptr : "it is neither an http: nor an https: address";
  if (!refusal) {
    const std::lock_guard lock(state_->mutex);
    if (state_->ended || state_->count >= state_->limits.most) {
      refusal = "too much is being written already";
    } else {
      ++state_->count;
      state_->waiting.push_back({std::move(address), std::move(body), std::move(done)});
      if (!state_->thread.joinable()) state_->thread = std::thread([state = state_.get()] { state->run(); });
      if (state_->multi) curl().multi_wakeup(state_->multi.get());
      state_->fewer.notify_all();
      return;
    }
  }
  done(refused(address, refusal));
}

void Uploader::wake() {
  const std::lock_guard lock(state_->mutex);
  if (std::exchange(state_->woken, true)) return;
  if (state_->multi) curl().multi_wakeup(state_->multi.get());
}

void Uploader::drain(std::chrono::milliseconds most) {
  std::unique_lock lock(state_->mutex);
  state_->fewer.wait_for(lock, most, [this] { return state_->count == 0; });
}

}  // namespace kaskado::loop
