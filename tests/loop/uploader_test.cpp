// Uploads to a store that may be away.
#include "loop/uploader.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <string>

#include "http_store.hpp"
#include "loop/spool.hpp"

namespace kaskado::loop {
namespace {

using test::HttpStore;
using namespace std::chrono_literals;

const std::string kFolder = std::filesystem::temp_directory_path().string();

std::string text(std::size_t bytes, char seed = 'a') {
  std::string made(bytes, ' ');
  for (std::size_t i = 0; i < bytes; ++i) made[i] = static_cast<char>(seed + i * 7 % 23);
  return made;
}

class UploaderTest : public testing::Test {
 protected:
  std::shared_ptr<Spool> spool(std::uint64_t most_bytes = 1 << 30) {
    return std::move(Spool::create(kFolder, most_bytes)).value();
  }
  std::future<std::string> put(const std::string& address, std::shared_ptr<UploadBody> body) {
    auto promise = std::make_shared<std::promise<std::string>>();
    uploader.put(address, std::move(body), [promise](const base::Result<void>& result) {
      promise->set_value(result ? "" : result.error().message);
    });
    return promise->get_future();
  }
  void append(Spool& body, const std::string& bytes) {
    ASSERT_TRUE(body.append(base::as_bytes(bytes)).ok());
    uploader.wake();
  }
  void finish(Spool& body) {
    body.finish();
    uploader.wake();
  }

  HttpStore store;
  Uploader uploader{{.least_wait = 1ms, .most_wait = 20ms, .most_outage = 60s}};
};

TEST_F(UploaderTest, SendsWhatGrows) {
  const auto body = spool();
  auto done = put(store.address("a.webm"), body);
  std::string all;
  for (int i = 0; i < 20; ++i) {
    const std::string piece = text(10'000, static_cast<char>('a' + i));
    append(*body, piece);
    all += piece;
    store.wait_for_bytes(all.size());
  }
  finish(*body);
  EXPECT_EQ(done.get(), "");
  EXPECT_EQ(store.wait_for("a.webm"), all);
  EXPECT_EQ(store.requests(), 1);
}

TEST_F(UploaderTest, AnEmptyBodyIsAFileToo) {
  const auto body = spool();
  finish(*body);
  EXPECT_EQ(put(store.address("empty"), body).get(), "");
  EXPECT_EQ(store.wait_for("empty"), "");
}

TEST_F(UploaderTest, NothingIsLostWhileTheStoreIsAway) {
  const auto body = spool();
  auto done = put(store.address("a.webm"), body);
  std::string all = text(100'000);
  append(*body, all);
  store.wait_for_bytes(all.size());
  store.close();
  for (int i = 0; i < 10; ++i) {
    append(*body, text(50'000));
    all += text(50'000);
  }
  store.reopen();
  append(*body, "the end");
  all += "the end";
  finish(*body);
  EXPECT_EQ(done.get(), "");
  EXPECT_EQ(store.wait_for("a.webm"), all);
}

TEST_F(UploaderTest, BeginsAgainWhenAConnectionBreaksOff) {
  store.break_off(200'000, 3);
  const auto body = spool();
  const std::string all = text(1'000'000);
  append(*body, all);
  auto done = put(store.address("a.webm"), body);
  finish(*body);
  EXPECT_EQ(done.get(), "");
  EXPECT_EQ(store.wait_for("a.webm"), all);
  EXPECT_EQ(store.requests(), 4);
}

TEST_F(UploaderTest, ComesBackToAStoreThatIsBusy) {
  store.answer(503);
  const auto body = spool();
  append(*body, "text");
  finish(*body);
  auto done = put(store.address("a"), body);
  while (store.requests() < 3) std::this_thread::yield();
  store.answer(201);
  EXPECT_EQ(done.get(), "");
}

TEST_F(UploaderTest, TakesARefusalForWhatItIs) {
  store.answer(403);
  const auto body = spool();
  append(*body, "text");
  finish(*body);
  const std::string address = store.address("a");
  EXPECT_EQ(put(address, body).get().find("'" + address + "' cannot be written: "), 0u);
  EXPECT_EQ(store.requests(), 1);
}

TEST_F(UploaderTest, GivesAStoreUpThatStaysAway) {
  Uploader impatient{{.least_wait = 1ms, .most_wait = 2ms, .most_outage = 10ms}};
  const std::string address = store.address("a");
  store.close();
  std::promise<bool> done;
  const auto body = spool();
  append(*body, "text");
  impatient.put(address, body, [&](const base::Result<void>& result) { done.set_value(result.ok()); });
  EXPECT_FALSE(done.get_future().get());
}

TEST_F(UploaderTest, TakesOnlyAddressesOfStores) {
  for (const char* address : {"", "file:///tmp/x", "ftp://127.0.0.1/x", "/tmp/x"})
    EXPECT_NE(put(address, spool()).get(), "") << address;
}

TEST_F(UploaderTest, ManyAtOnce) {
  std::vector<std::future<std::string>> all;
  for (int i = 0; i < 30; ++i) {
    const auto body = spool();
    append(*body, text(1000, static_cast<char>('a' + i)));
    finish(*body);
    all.push_back(put(store.address(std::to_string(i)), body));
  }
  for (auto& each : all) EXPECT_EQ(each.get(), "");
  for (int i = 0; i < 30; ++i)
    EXPECT_EQ(store.wait_for(std::to_string(i)), text(1000, static_cast<char>('a' + i)));
  uploader.drain(10s);
}

TEST_F(UploaderTest, EndsWithWhatIsUnderWay) {
  for (int i = 0; i < 10; ++i) {
    const auto body = spool();
    append(*body, text(1000));
    put(store.address("never"), body);
  }
}

std::string content(Spool& spool, std::uint64_t position, std::size_t most = 100) {
  std::vector<std::uint8_t> room(most);
  const auto count = spool.read(position, room);
  return count < 0 ? "gone" : std::string(room.begin(), room.begin() + count);
}

TEST(Spool, KeepsWhatIsSentAsLongAsItMay) {
  const auto spool = std::move(Spool::create(kFolder, 10'000)).value();
  EXPECT_TRUE(spool->append(base::as_bytes(text(8'000))).ok());
  spool->sent(6'000);
  EXPECT_EQ(content(*spool, 0, 8'000), text(8'000));
  EXPECT_FALSE(spool->ends_at(8'000));
  EXPECT_TRUE(spool->append(base::as_bytes(text(4'000))).ok());
  EXPECT_EQ(content(*spool, 0), "gone");
  EXPECT_EQ(content(*spool, 6'000, 2'000), text(8'000).substr(6'000));
  spool->finish();
  EXPECT_TRUE(spool->ends_at(12'000));
  EXPECT_EQ(content(*spool, 12'000), "");
}

TEST(Spool, RefusesWhatTheStoreIsTooFarBehindFor) {
  const auto spool = std::move(Spool::create(kFolder, 10'000)).value();
  EXPECT_TRUE(spool->append(base::as_bytes(text(9'000))).ok());
  const auto refused = spool->append(base::as_bytes(text(2'000)));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().message, "the store is too far behind: 10000 bytes wait for it");
  spool->sent(5'000);
  EXPECT_TRUE(spool->append(base::as_bytes(text(2'000))).ok());
}

TEST(Spool, NamesAFolderThatKeepsNothing) {
  const auto spool = Spool::create("/proc/nowhere", 10);
  ASSERT_FALSE(spool.ok());
  EXPECT_EQ(spool.error().message.find("'/proc/nowhere' keeps no file: "), 0u);
}

}  // namespace
}  // namespace kaskado::loop
