// A TURN client against a server of the tests' own, in virtual time.
#include "ice/turn_client.hpp"

#include <gtest/gtest.h>

#include "ice/channel_data.hpp"
#include "turn_test_server.hpp"

namespace kaskado::ice::test {
namespace {

using base::DropReason;
using std::chrono::milliseconds;
using std::chrono::seconds;

SocketAddress at(const char* ip, std::uint16_t port) {
  return SocketAddress::parse(ip, port).value();
}

class Turn : public ::testing::Test {
 protected:
  static constexpr std::uint16_t kPort = 7;
  const SocketAddress kClient = at("10.0.0.1", 40'000);
  const SocketAddress kServer = at("198.51.100.1", 3478);
  const SocketAddress kPeer = at("203.0.113.9", 5000);

  TurnClient make(const std::string& password = "secret", TurnTransport transport = TurnTransport::udp) {
    return {TurnServer{kServer, transport, "user", password}, kPort, random};
  }

  // Takes what the client wants sent to the server, and gives the client what comes of it, until nothing is
  // under way. What the server sends to peers is kept.
  void exchange(TurnClient& client) {
    for (int rounds = 0; rounds < 50 && !outbox.empty(); ++rounds) {
      std::vector<std::vector<std::uint8_t>> sent;
      for (const base::Egress& egress : outbox.pending()) {
        EXPECT_EQ(egress.path, client.path());
        const Bytes bytes = std::as_const(outbox).bytes(egress);
        sent.emplace_back(bytes.begin(), bytes.end());
      }
      outbox.clear();
      for (const auto& bytes : sent) {
        if (lose && lose()) continue;
        deliver(client, server.receive(kClient, client.path().remote, bytes, now));
      }
    }
  }
  void deliver(TurnClient& client, const std::vector<TurnTestServer::Datagram>& datagrams) {
    for (const auto& datagram : datagrams) {
      if (!(datagram.to == kClient)) {
        to_peers.push_back(datagram);
        continue;
      }
      const TurnReceived received = client.receive(datagram.bytes, now, outbox);
      drops[received.drop] += received.drop != DropReason::none;
      if (received.peer.is_set()) {
        from_peers.push_back(
            {received.peer, client.relayed(), {received.payload.begin(), received.payload.end()}});
      }
    }
  }
  void run(TurnClient& client, base::Duration span) {
    const base::Instant until = now + span;
    int at_once = 0;
    while (client.deadline() <= until) {
      at_once = client.deadline() > now ? 0 : at_once + 1;
      ASSERT_LT(at_once, 100) << "time stands still";
      now = std::max(now, client.deadline());
      client.advance(now, outbox);
      exchange(client);
    }
    now = until;
  }
  TurnClient ready() {
    TurnClient client = make();
    client.start(now, outbox);
    exchange(client);
    EXPECT_EQ(client.state(), TurnState::ready) << client.why();
    return client;
  }
  // Sends what a session would write to the peer.
  void send(TurnClient& client, const SocketAddress& peer, std::vector<std::uint8_t> payload) {
    const base::MutableBytes slot = outbox.slot();
    std::copy(payload.begin(), payload.end(), slot.begin());
    const std::size_t length = client.wrap(slot, payload.size(), peer, now);
    if (length) outbox.commit(length, client.path());
    exchange(client);
  }

  base::SeededRandom random{1};
  base::Instant now{seconds(1000)};
  base::Outbox outbox{64};
  TurnTestServer server{kServer, "user", "secret"};
  std::function<bool()> lose;
  std::vector<TurnTestServer::Datagram> to_peers;
  std::vector<TurnTestServer::Datagram> from_peers;
  std::map<DropReason, int> drops;
  const std::vector<std::uint8_t> kMedia{0x80, 96, 0, 1, 2, 3, 4, 5, 6};
  const std::vector<std::uint8_t> kCheck{0, 1, 0, 0, 5};
};

TEST_F(Turn, AllocatesWithTheCredentialsThatTheServerAsksFor) {
  TurnClient client = ready();
  EXPECT_EQ(client.relayed(), kServer.with_port(49'152));
  EXPECT_EQ(client.mapped(), kClient);
  EXPECT_EQ(server.requests[turn_method::kAllocate], 2);
  EXPECT_TRUE(drops.empty() || drops.begin()->second == 0);
}

TEST_F(Turn, FailsWithAWrongPassword) {
  TurnClient client = make("wrong");
  client.start(now, outbox);
  exchange(client);
  EXPECT_EQ(client.state(), TurnState::failed);
  EXPECT_EQ(client.why(), "the TURN server answers 401 No");
  EXPECT_EQ(server.requests[turn_method::kAllocate], 2);
  EXPECT_EQ(client.deadline(), base::kNever);
}

TEST_F(Turn, FailsWhereTheServerHasNoRoom) {
  for (const std::uint16_t code :
       {turn_error::kInsufficientCapacity, turn_error::kQuotaReached, turn_error::kAllocationMismatch}) {
    server.refuse_allocations_with = code;
    TurnClient client = make();
    client.start(now, outbox);
    exchange(client);
    EXPECT_EQ(client.state(), TurnState::failed);
    EXPECT_EQ(client.why(), "the TURN server answers " + std::to_string(code) + " No");
  }
}

TEST_F(Turn, FailsWhereTheServerIsSilent) {
  server.silent = true;
  TurnClient client = make();
  client.start(now, outbox);
  exchange(client);
  const base::Instant start = now;
  while (client.state() == TurnState::allocating) run(client, milliseconds(100));
  EXPECT_LE(now - start, seconds(8));
  EXPECT_EQ(client.why(), "the TURN server does not answer");
}

TEST_F(Turn, FollowsTheServerToAnother) {
  const SocketAddress kOther = at("198.51.100.2", 3479);
  server.refuse_allocations_with = turn_error::kTryAlternate;
  server.alternate = kOther;
  TurnClient client = make();
  client.start(now, outbox);
  exchange(client);
  EXPECT_EQ(client.path(), (base::Path{kPort, kOther}));
  EXPECT_EQ(client.state(), TurnState::allocating);
  TurnTestServer other{kOther, "user", "secret"};
  outbox.clear();
  now += milliseconds(500);
  client.advance(now, outbox);
  for (int i = 0; i < 2; ++i) {
    const auto bytes = std::as_const(outbox).bytes(outbox.pending()[0]);
    const std::vector<std::uint8_t> sent(bytes.begin(), bytes.end());
    outbox.clear();
    deliver(client, other.receive(kClient, kOther, sent, now));
  }
  EXPECT_EQ(client.state(), TurnState::ready);
}

TEST_F(Turn, IsNotSentRoundInCircles) {
  server.refuse_allocations_with = turn_error::kTryAlternate;
  server.alternate = kServer;
  TurnClient client = make();
  client.start(now, outbox);
  exchange(client);
  EXPECT_EQ(client.state(), TurnState::failed);
}

TEST_F(Turn, OverAStreamTheOtherServerIsAskedByAnother) {
  server.refuse_allocations_with = turn_error::kTryAlternate;
  server.alternate = at("198.51.100.2", 3479);
  TurnClient client = make("secret", TurnTransport::tcp);
  client.start(now, outbox);
  exchange(client);
  EXPECT_EQ(client.state(), TurnState::allocating);
  EXPECT_EQ(client.path().remote, server.alternate);
}

TEST_F(Turn, LearnsNewNoncesWithEveryRequest) {
  server.requests_a_nonce = 1;
  TurnClient client = ready();
  client.permit(kPeer, now);
  run(client, seconds(1));
  send(client, kPeer, kMedia);
  run(client, seconds(1));
  send(client, kPeer, kMedia);
  EXPECT_EQ(server.channel_messages, 1);
  run(client, seconds(3600));
  EXPECT_EQ(client.state(), TurnState::ready);
}

TEST_F(Turn, KeepsTheAllocationForAsLongAsItIsWanted) {
  TurnClient client = ready();
  run(client, seconds(3600));
  EXPECT_EQ(client.state(), TurnState::ready);
  EXPECT_EQ(server.requests[turn_method::kRefresh], 6);
  EXPECT_EQ(server.allocations(), 1u);
  client.close(now, outbox);
  exchange(client);
  EXPECT_EQ(server.allocations(), 0u);
  EXPECT_EQ(client.deadline(), base::kNever);
}

TEST_F(Turn, KeepsAnAllocationOfOneSecond) {
  server.lifetime = seconds(1);
  TurnClient client = ready();
  run(client, seconds(20));
  EXPECT_EQ(client.state(), TurnState::ready);
}

TEST_F(Turn, FailsWhereTheServerHasForgottenIt) {
  TurnClient client = ready();
  server.forgets = true;
  run(client, seconds(600));
  EXPECT_EQ(client.state(), TurnState::failed);
  EXPECT_FALSE(client.relayed().is_set());
}

TEST_F(Turn, OutlivesALinkThatIsCutForFiveSeconds) {
  TurnClient client = ready();
  client.permit(kPeer, now);
  run(client, seconds(537));
  lose = [&] { return true; };
  run(client, seconds(5));
  lose = nullptr;
  run(client, seconds(60));
  EXPECT_EQ(client.state(), TurnState::ready);
  EXPECT_EQ(server.allocations(), 1u);
}

TEST_F(Turn, AllocatesThoughAThirdOfAllIsLost) {
  // A round trip takes half of the time, and five are tried for each of two requests: 7 % should fail.
  int made = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    base::SeededRandom luck(seed);
    lose = [&] { return luck.unit() < 0.3; };
    TurnClient client = make();
    client.start(now, outbox);
    exchange(client);
    run(client, seconds(30));
    // A lost answer is an allocation that the server has and the client does not know of: it tells so.
    made += client.state() == TurnState::ready || client.why().find("437") != std::string::npos;
    EXPECT_NE(client.state(), TurnState::allocating);
    client.close(now, outbox);
    lose = nullptr;
    exchange(client);
    now += seconds(700);
  }
  EXPECT_GE(made, 40);
}

TEST_F(Turn, PermitsAPeerBeforeItSends) {
  TurnClient client = ready();
  client.permit(kPeer, now);
  EXPECT_LE(client.deadline(), now);
  run(client, milliseconds(1));
  EXPECT_EQ(server.requests[turn_method::kCreatePermission], 1);
  deliver(client, server.receive(kPeer, client.relayed(), kCheck, now));
  ASSERT_EQ(from_peers.size(), 1u);
  EXPECT_EQ(from_peers[0].from, kPeer);
  EXPECT_EQ(from_peers[0].bytes, kCheck);
}

TEST_F(Turn, PermissionsAskedForEarlyAreMadeOnceTheAllocationStands) {
  TurnClient client = make();
  client.permit(kPeer, now);
  client.start(now, outbox);
  exchange(client);
  run(client, milliseconds(1));
  EXPECT_EQ(server.requests[turn_method::kCreatePermission], 1);
}

TEST_F(Turn, SendsToNobodyWhoIsNotPermitted) {
  TurnClient client = ready();
  send(client, kPeer, kCheck);
  EXPECT_EQ(server.indications, 0);
  EXPECT_TRUE(to_peers.empty());
}

TEST_F(Turn, ChecksGoAsIndicationsAndBindNoChannel) {
  TurnClient client = ready();
  client.permit(kPeer, now);
  run(client, milliseconds(1));
  send(client, kPeer, kCheck);
  run(client, seconds(1));
  ASSERT_EQ(to_peers.size(), 1u);
  EXPECT_EQ(to_peers[0].from, client.relayed());
  EXPECT_EQ(to_peers[0].to, kPeer);
  EXPECT_EQ(to_peers[0].bytes, kCheck);
  EXPECT_EQ(server.requests[turn_method::kChannelBind], 0);
}

TEST_F(Turn, MediaBindsAChannelAndGoesThroughIt) {
  TurnClient client = ready();
  client.permit(kPeer, now);
  run(client, milliseconds(1));
  send(client, kPeer, kMedia);
  EXPECT_EQ(server.indications, 1);
  run(client, milliseconds(1));
  EXPECT_EQ(server.requests[turn_method::kChannelBind], 1);
  send(client, kPeer, kMedia);
  send(client, kPeer, kCheck);
  EXPECT_EQ(server.channel_messages, 2);
  ASSERT_EQ(to_peers.size(), 3u);
  EXPECT_EQ(to_peers[1].bytes, kMedia);
  EXPECT_EQ(to_peers[2].bytes, kCheck);
  deliver(client, server.receive(kPeer, client.relayed(), kMedia, now));
  ASSERT_EQ(from_peers.size(), 1u);
  EXPECT_EQ(from_peers[0].from, kPeer);
  EXPECT_EQ(from_peers[0].bytes, kMedia);
}

TEST_F(Turn, PeersOfOneIpAddressShareAPermissionAndHaveChannelsOfTheirOwn) {
  TurnClient client = ready();
  for (std::uint16_t port : {5000, 5001, 5002}) client.permit(kPeer.with_port(port), now);
  run(client, milliseconds(1));
  EXPECT_EQ(server.requests[turn_method::kCreatePermission], 1);
  for (std::uint16_t port : {5000, 5001, 5002}) send(client, kPeer.with_port(port), kMedia);
  run(client, milliseconds(1));
  EXPECT_EQ(server.requests[turn_method::kChannelBind], 3);
  for (std::uint16_t port : {5000, 5001, 5002}) send(client, kPeer.with_port(port), kMedia);
  EXPECT_EQ(server.channel_messages, 3);
  EXPECT_EQ(to_peers.back().to, kPeer.with_port(5002));
}

TEST_F(Turn, PermissionsAndChannelsAreRenewedWhileTheyAreUsed) {
  TurnClient client = ready();
  client.permit(kPeer, now);
  run(client, milliseconds(1));
  for (int i = 0; i < 3600; ++i) {
    send(client, kPeer, kMedia);
    run(client, seconds(1));
  }
  EXPECT_EQ(server.refused_data, 0);
  EXPECT_EQ(to_peers.size(), 3600u);
  EXPECT_GE(server.requests[turn_method::kCreatePermission], 12);
  const int before =
      server.requests[turn_method::kCreatePermission] + server.requests[turn_method::kChannelBind];
  run(client, seconds(7200));
  // Not while they are not: at most once each before that is seen.
  EXPECT_LE(server.requests[turn_method::kCreatePermission] + server.requests[turn_method::kChannelBind],
            before + 4);
}

TEST_F(Turn, AChannelThatWasIdleIsBoundAgain) {
  TurnClient client = ready();
  client.permit(kPeer, now);
  run(client, milliseconds(1));
  send(client, kPeer, kMedia);
  run(client, seconds(3600));
  client.permit(kPeer, now);
  run(client, milliseconds(1));
  send(client, kPeer, kMedia);
  run(client, milliseconds(1));
  server.channel_messages = 0;
  send(client, kPeer, kMedia);
  EXPECT_EQ(server.channel_messages, 1);
}

TEST_F(Turn, AForbiddenPeerIsAskedForSeldom) {
  server.forbidden.insert(kPeer.with_port(0));
  TurnClient client = ready();
  client.permit(kPeer, now);
  run(client, seconds(14));
  EXPECT_EQ(server.requests[turn_method::kCreatePermission], 1);
  EXPECT_EQ(client.state(), TurnState::ready);
}

TEST_F(Turn, ManyPeersAreBounded) {
  TurnClient client = ready();
  for (int i = 0; i < 1000; ++i) {
    const SocketAddress peer = SocketAddress::v4(
        {203, 0, static_cast<std::uint8_t>(i / 250), static_cast<std::uint8_t>(i % 250 + 1)}, 5000);
    client.permit(peer, now);
    run(client, milliseconds(20));
    send(client, peer, kMedia);
    run(client, milliseconds(20));
  }
  EXPECT_EQ(server.requests[turn_method::kCreatePermission], 1000);
  EXPECT_EQ(server.requests[turn_method::kChannelBind], static_cast<int>(TurnClient::kMaxChannels));
  EXPECT_EQ(to_peers.size(), 1000u);
}

TEST_F(Turn, TheLongestDatagramStillFits) {
  TurnClient client = ready();
  client.permit(kPeer, now);
  run(client, milliseconds(1));
  std::vector<std::uint8_t> longest(1400, 0x80);
  send(client, kPeer, longest);
  run(client, milliseconds(1));
  send(client, kPeer, longest);
  ASSERT_EQ(to_peers.size(), 2u);
  EXPECT_EQ(to_peers[0].bytes, longest);
  EXPECT_EQ(to_peers[1].bytes, longest);
  std::vector<std::uint8_t> room(100, 1);
  EXPECT_EQ(client.wrap(room, 97, kPeer, now), 0u);
  EXPECT_EQ(client.wrap(room, 96, kPeer, now), 100u);
}

TEST_F(Turn, AnswersThatAreNotTheServersChangeNothing) {
  TurnClient client = ready();
  const SocketAddress relayed = client.relayed();
  now += seconds(540);
  client.advance(now, outbox);
  const auto bytes = std::as_const(outbox).bytes(outbox.pending()[0]);
  const auto request = StunMessage::parse(bytes);
  ASSERT_TRUE(request.ok());
  std::vector<std::uint8_t> buffer(200);
  StunWriter forged(buffer, StunClass::success, request->transaction, turn_method::kRefresh);
  EXPECT_EQ(client.receive(forged.finish(StunKey::short_term("guess")), now, outbox).drop,
            DropReason::bad_stun_integrity);
  StunWriter unsigned_answer(buffer, StunClass::success, request->transaction, turn_method::kRefresh);
  EXPECT_EQ(client.receive(unsigned_answer.finish(), now, outbox).drop, DropReason::bad_stun_integrity);
  StunWriter other(buffer, StunClass::error, TransactionId{9}, turn_method::kRefresh);
  EXPECT_EQ(client.receive(other.finish(), now, outbox).drop, DropReason::unexpected_stun);
  EXPECT_EQ(client.receive(std::vector<std::uint8_t>{0x40, 0, 0, 1, 9}, now, outbox).drop,
            DropReason::unknown_peer);
  EXPECT_EQ(client.receive(std::vector<std::uint8_t>{0x40, 0, 0, 2, 9}, now, outbox).drop,
            DropReason::unknown_protocol);
  EXPECT_EQ(client.state(), TurnState::ready);
  EXPECT_EQ(client.relayed(), relayed);
}

TEST_F(Turn, OverAStreamNothingIsSentTwice) {
  TurnClient client = make("secret", TurnTransport::tcp);
  client.start(now, outbox);
  outbox.clear();
  EXPECT_EQ(client.deadline(), now + StunTransaction::kPatience);
}

TEST(TurnServerText, IsReadAsKurentoWritesIt) {
  const auto server = TurnServer::parse("user:pass:w@rd@192.0.2.1:3479?transport=tcp");
  ASSERT_TRUE(server.ok());
  EXPECT_EQ(*server, (TurnServer{at("192.0.2.1", 3479), TurnTransport::tcp, "user", "pass:w@rd"}));
  EXPECT_EQ(TurnServer::parse("u:p@192.0.2.1")->address, at("192.0.2.1", 3478));
  EXPECT_EQ(TurnServer::parse("u:p@192.0.2.1")->transport, TurnTransport::udp);
  EXPECT_EQ(TurnServer::parse("u:p@192.0.2.1?transport=TLS")->address, at("192.0.2.1", 5349));
  EXPECT_EQ(TurnServer::parse("turns:u:p@[2001:db8::1]:443?transport=tcp").value(),
            (TurnServer{at("2001:db8::1", 443), TurnTransport::tls, "u", "p"}));
  EXPECT_EQ(TurnServer::parse("turn:u:p@[2001:db8::1]")->address, at("2001:db8::1", 3478));
  EXPECT_EQ(TurnServer::parse("u:@192.0.2.1")->password, "");
}

TEST(TurnServerText, ThatIsWrongIsToldWithoutThePassword) {
  const std::string long_name(600, 'u');
  for (const std::string& text :
       {std::string(), std::string("192.0.2.1"), std::string("user@192.0.2.1"),
        std::string("user:hush@turn.example.org"), std::string("user:hush@192.0.2.1:0"),
        std::string("user:hush@192.0.2.1:70000"), std::string("user:hush@192.0.2.1?x=1"),
        std::string("user:hush@192.0.2.1?transport=dtls"),
        std::string("turns:user:hush@192.0.2.1?transport=udp"), std::string("user:hush@2001:db8::1"),
        std::string("user:hush@[2001:db8::1"), std::string("user:hush@[2001:db8::1]3478"),
        std::string(":hush@192.0.2.1"), std::string("user:hush@0.0.0.0"), std::string("user:hush@224.0.0.1"),
        long_name + ":hush@192.0.2.1"}) {
    const auto server = TurnServer::parse(text);
    ASSERT_FALSE(server.ok()) << text;
    EXPECT_TRUE(server.error().message.starts_with("turnUrl: ")) << text;
    EXPECT_EQ(server.error().message.find("hush"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace kaskado::ice::test
