#include "dtls/application_inbox.hpp"

#include <gtest/gtest.h>

namespace kaskado::dtls {
namespace {

TEST(ApplicationInbox, GivesRecordsInTheirOrderAndSizes) {
  ApplicationInbox inbox;
  EXPECT_TRUE(inbox.next().empty());
  EXPECT_TRUE(inbox.push(base::as_bytes("one")));
  EXPECT_TRUE(inbox.push(base::as_bytes("three")));
  EXPECT_EQ(base::as_text(inbox.next()), "one");
  EXPECT_TRUE(inbox.push(base::as_bytes("4")));
  EXPECT_EQ(base::as_text(inbox.next()), "three");
  EXPECT_EQ(base::as_text(inbox.next()), "4");
  EXPECT_TRUE(inbox.next().empty());
  EXPECT_TRUE(inbox.next().empty());
}

TEST(ApplicationInbox, RefusesTheNewestWhenFull) {
  ApplicationInbox inbox;
  const std::vector<std::uint8_t> record(1022, 7);
  for (int i = 0; i < 64; ++i) EXPECT_TRUE(inbox.push(record)) << i;
  EXPECT_FALSE(inbox.push(base::as_bytes("x")));
  for (int i = 0; i < 64; ++i) EXPECT_EQ(inbox.next().size(), 1022u);
  EXPECT_TRUE(inbox.next().empty());
  EXPECT_TRUE(inbox.push(base::as_bytes("x")));
}

}  // namespace
}  // namespace kaskado::dtls
